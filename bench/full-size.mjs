// A full-size model on the page (WASM) and on Node beside the npm packages sherpa-onnx (WASM, in the same Chromium) and sherpa-onnx-node: same file, same
// sound, same run; sherpa-onnx has one thread only. Needs the built packages, a Chromium, and a folder with model.int8.onnx, tokens.txt and manifest.json, e.g. of
// `python -m sensevoice_models.full_size --random`; the model is prepared for Node in that folder first. With --webgpu also the memory of loads on
// WebGPU (a software adapter). Linux.
// Usage: node bench/full-size.mjs FOLDER [--rounds 5] [--threads 1,2] [--peer sherpa|none] [--webgpu] [--plot FILE.svg]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measurePage } from './full-size-page.mjs'
import { measureWebgpu } from './full-size-webgpu.mjs'
import { plot } from './plot.mjs'
import { measureSherpaPage } from './sherpa-page.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    peer: { type: 'string', default: 'sherpa' },
    plot: { type: 'string' },
    threads: { type: 'string', default: '1,2' },
    webgpu: { type: 'boolean', default: false },
  },
})
const [folder] = positionals
if (folder === undefined) throw new Error('give the folder of a full-size model')
if (!['sherpa', 'none'].includes(values.peer)) throw new Error('--peer is sherpa or none')
const withPeer = values.peer === 'sherpa'
const rounds = Number(values.rounds)
const threadCounts = values.threads.split(',').map(Number)
if (!threadCounts.every((count) => Number.isInteger(count) && count > 0)) {
  throw new Error('--threads is a list of whole numbers from 1, e.g. 1,2,4,8')
}
/** Peak of the renderer in a load on WebGPU. */
const WEBGPU_BAR_MIB = 520
const LENGTHS = [1, 3, 5, 10, 20, 30]

/** The recorded digits over and over. */
function speech(seconds) {
  const wav = readFileSync(`${root}demo/public/samples/en-digits-jackson.wav`)
  const pcm = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length))
  const sound = new Int16Array(seconds * 16_000)
  for (let at = 0; at < sound.length; at += pcm.length) sound.set(pcm.subarray(0, sound.length - at), at)
  return sound
}

const work = mkdtempSync(join(tmpdir(), 'sensevoice-bench-'))
const samples = speech(30)
const rawPath = join(work, 'samples.raw')
writeFileSync(rawPath, Buffer.from(samples.buffer))

function onNode(engine, threads) {
  const script = `${root}bench/full-size-engine.mjs`
  const argv = [script, engine, folder, String(threads), String(rounds), rawPath, LENGTHS.join(',')]
  const out = execFileSync(process.execPath, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return JSON.parse(out.trim().split('\n').at(-1))
}

/** Node takes what is prepared where that gave the same in less time. */
async function prepare() {
  const { prepareFolder } = await import('../packages/server/dist/prepare/prepare-folder.js')
  const { outcome, publishedMs, preparedMs } = await prepareFolder(folder)
  const times = `5 s of sound ${preparedMs.toFixed(0)} ms, as published ${publishedMs.toFixed(0)} ms`
  const taken = outcome === 'faster' ? 'prepared' : 'published'
  console.log(`prepared for this processor: ${outcome} (${times}); Node runs the ${taken} file`)
}

/** The peer in front of ours and behind it, so that a machine that slows down does not decide. */
async function around(peer, work) {
  if (!withPeer) return { own: await work() }
  const before = await peer()
  const own = await work()
  const after = await peer()
  const times = Object.fromEntries(LENGTHS.map((s) => [s, (before.times[s] + after.times[s]) / 2]))
  return { own, peer: { ...before, times } }
}

const plural = (threads) => `${threads} thread${threads > 1 ? 's' : ''}`
const cell = (value, width = 8) => String(value).padStart(width)
const line = (name, times, peer) => {
  const shown = LENGTHS.map((seconds) => {
    const ratio = peer === undefined ? '' : ` (${(times[seconds] / peer[seconds]).toFixed(2)})`
    return cell(`${times[seconds].toFixed(0)}${ratio}`, 14)
  })
  console.log(`  ${name.padEnd(34)}${shown.join('')}`)
}

try {
  await prepare()
  const sounds = { folder, samples, lengths: LENGTHS, rounds }
  const pages = []
  const series = []
  const show = (name, times, peer) => {
    if (!series.some((known) => known.name === name)) series.push({ name, times })
    line(name, times, peer)
  }
  console.log(`ms from samples to text, median of ${rounds}; in brackets the ratio to the peer`)
  console.log(`  ${'seconds of sound'.padEnd(34)}${LENGTHS.map((seconds) => cell(seconds, 14)).join('')}`)
  for (const threads of threadCounts) {
    const measured = await around(
      () => measureSherpaPage(sounds),
      () => measurePage({ ...sounds, threads }),
    )
    const { own, peer } = measured
    if (peer) show('sherpa-onnx (WASM), 1 thread', peer.times)
    show(`page, ${plural(threads)}`, own.times, peer?.times)
    pages.push(measured)
  }
  for (const threads of threadCounts) {
    const { own, peer } = await around(
      () => onNode('sherpa-onnx-node', threads),
      () => onNode('ours', threads),
    )
    if (peer) show(`sherpa-onnx-node, ${plural(threads)}`, peer.times)
    show(`Node, ${plural(threads)}`, own.times, peer?.times)
    const beside = peer ? `; the peer ${peer.loadMs.toFixed(0)} ms, ${peer.peakMib.toFixed(0)} MiB` : ''
    console.log(`    load ${own.loadMs.toFixed(0)} ms and peak ${own.peakMib.toFixed(0)} MiB${beside}`)
  }
  if (values.plot) {
    const title = 'A full-size SenseVoice model: time to recognize a second of sound'
    writeFileSync(values.plot, plot({ title, lengths: LENGTHS, series }))
  }
  for (const { own, peer } of pages) {
    const { threads, provider, bytes, coldMs, cachedMs, loadPeakMib, restMib, runPeakMib } = own
    const beside = peer ? `; the peer, its files in memory, ${peer.loadMs.toFixed(0)} ms` : ''
    console.log(`the page in ${provider}, ${plural(threads)}:`)
    console.log(
      `  create() with the download (${(bytes / 1e6).toFixed(1)} MB from this machine) ${coldMs.toFixed(0)} ms, from the store ${cachedMs.toFixed(0)} ms${beside}`,
    )
    console.log(
      `  renderer: peak of the load ${loadPeakMib.toFixed(0)} MiB, at rest ${restMib.toFixed(0)} MiB, peak with 30 s ${runPeakMib.toFixed(0)} MiB`,
    )
  }
  if (withPeer) {
    const { loadMs, peakMib, times } = onNode('sherpa-onnx (WASM)', 1)
    line('sherpa-onnx (WASM) on Node', times)
    console.log(`    load ${loadMs.toFixed(0)} ms, peak ${peakMib.toFixed(0)} MiB`)
  }
  if (values.webgpu) {
    const loads = await measureWebgpu({ folder, threads: threadCounts.at(-1) })
    console.log("loads from the store on Chromium's software adapter, renderer read every 100 ms:")
    for (const { name, provider, ms, peakMib, restMib } of loads) {
      console.log(
        `  ${name.padEnd(18)} ended on ${provider.padEnd(7)} in ${ms.toFixed(0)} ms; peak ${peakMib.toFixed(0)} MiB (bar: ${WEBGPU_BAR_MIB}), at rest ${restMib.toFixed(0)} MiB`,
      )
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
