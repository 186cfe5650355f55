// A full-size model on the page and on Node beside the npm packages sherpa-onnx (WASM) and sherpa-onnx-node: same file, same sound, same run.
// The page on 1 and 2 threads; sherpa-onnx has one thread only. Needs the built packages, a Chromium, and a folder with model.int8.onnx,
// tokens.txt and manifest.json, e.g. of `python -m sensevoice_models.full_size --random`. Linux. Usage: node bench/full-size.mjs FOLDER [ROUNDS]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measurePage } from './full-size-page.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const [folder, roundsText = '5'] = process.argv.slice(2)
if (folder === undefined) throw new Error('give the folder of a full-size model')
const rounds = Number(roundsText)
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

const cell = (value, width = 8) => String(value).padStart(width)
const line = (name, times, peer) => {
  const shown = LENGTHS.map((seconds) => {
    const ratio = peer === undefined ? '' : ` (${(times[seconds] / peer[seconds]).toFixed(2)})`
    return cell(`${times[seconds].toFixed(0)}${ratio}`, 14)
  })
  console.log(`  ${name.padEnd(34)}${shown.join('')}`)
}

try {
  const wasm = onNode('sherpa-onnx (WASM)', 1)
  const pages = await measurePage({ folder, samples, lengths: LENGTHS, threads: [1, 2], rounds })
  const wasmAgain = onNode('sherpa-onnx (WASM)', 1)
  // In front of and behind ours, so that a machine that slows down does not decide.
  const wasmTimes = Object.fromEntries(LENGTHS.map((s) => [s, (wasm.times[s] + wasmAgain.times[s]) / 2]))
  console.log(`ms from samples to text, median of ${rounds}; in brackets the ratio to the peer`)
  console.log(`  ${'seconds of sound'.padEnd(34)}${LENGTHS.map((seconds) => cell(seconds, 14)).join('')}`)
  line('sherpa-onnx (npm, WASM), 1 thread', wasmTimes)
  for (const { threads, times } of pages)
    line(`the page, ${threads} thread${threads > 1 ? 's' : ''}`, times, wasmTimes)
  const native = {}
  for (const threads of [1, 2]) {
    native[threads] = onNode('sherpa-onnx-node', threads)
    const own = onNode('ours', threads)
    line(`sherpa-onnx-node, ${threads} thread${threads > 1 ? 's' : ''}`, native[threads].times)
    line(`sensevoice on Node, ${threads} thread${threads > 1 ? 's' : ''}`, own.times, native[threads].times)
    console.log(
      `    load ${own.loadMs.toFixed(0)} ms and peak ${own.peakMib.toFixed(0)} MiB; the peer ${native[threads].loadMs.toFixed(0)} ms, ${native[threads].peakMib.toFixed(0)} MiB`,
    )
  }
  for (const { threads, coldMs, cachedMs, loadPeakMib, restMib, runPeakMib } of pages) {
    console.log(`the page, ${threads} thread${threads > 1 ? 's' : ''}:`)
    console.log(
      `  create() with the download from this machine ${coldMs.toFixed(0)} ms, from the store ${cachedMs.toFixed(0)} ms`,
    )
    console.log(
      `  renderer: peak of the load ${loadPeakMib.toFixed(0)} MiB, at rest ${restMib.toFixed(0)} MiB, peak with 30 s ${runPeakMib.toFixed(0)} MiB`,
    )
  }
  console.log(
    `sherpa-onnx (npm, WASM) on Node: load ${wasm.loadMs.toFixed(0)} ms, peak ${wasm.peakMib.toFixed(0)} MiB`,
  )
} finally {
  rmSync(work, { recursive: true, force: true })
}
