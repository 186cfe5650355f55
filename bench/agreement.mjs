// On how many clips the page, `sensevoice analyze` and sherpa-onnx-node write the same text: same model file, whole clips. Needs the built
// packages and a Chromium. Usage: node bench/agreement.mjs MODEL_DIR FILE ... (WAV or FLAC; a .jsonl with a `file` a line names files beside it)
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { joinSamples } from '../packages/engine/dist/index.js'
import { readAudioFile } from '../packages/server/dist/audio/read-audio-file.js'
import { resampledChunks } from '../packages/server/dist/audio/resampled-chunks.js'
import { findOrInstallChromium } from '../scripts/lib/browser.mjs'
import { serveFolders } from './serve-folders.mjs'
import { sherpaConfig } from './sherpa-config.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const [modelDir, ...named] = process.argv.slice(2)
const files = named.flatMap((path) => {
  if (!path.endsWith('.jsonl')) return [path]
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  return lines.map((line) => join(dirname(path), JSON.parse(line).file))
})
if (files.length === 0 || !files.every((file) => existsSync(file)))
  throw new Error('give sound files that exist')

/** 16 kHz, as the engine hears the file. */
async function samplesOf(file) {
  const parts = []
  for await (const chunk of resampledChunks(await readAudioFile(file))) parts.push(chunk)
  return joinSamples(parts)
}

/** Texts of the command, by file. */
function ofCommand() {
  const argv = [`${root}packages/server/bin/sensevoice.js`, 'analyze', ...files]
  const options = ['--json', '--no-vad', '--model', modelDir]
  const out = execFileSync(process.execPath, [...argv, ...options], { encoding: 'utf8', maxBuffer: 2 ** 30 })
  const lines = out.trim().split('\n')
  return new Map(lines.map((line) => JSON.parse(line)).map(({ file, text }) => [file, text.trim()]))
}

/** Texts of the page, by file: the same samples, handed over as they are. */
async function ofPage() {
  const { chromium } = createRequire(import.meta.url)('@playwright/test')
  const work = mkdtempSync(join(tmpdir(), 'sensevoice-bench-'))
  const site = await serveFolders({
    '/library/': `${root}packages/browser/dist`,
    '/fixtures/': `${root}e2e/fixtures`,
    '/model/': resolve(modelDir),
    '/samples/': work,
  })
  const browser = await chromium.launch({
    executablePath: await findOrInstallChromium(),
    args: ['--no-sandbox'],
  })
  try {
    for (const [index, file] of files.entries()) {
      writeFileSync(join(work, String(index)), new Uint8Array((await samplesOf(file)).buffer))
    }
    const page = await browser.newPage()
    await page.goto(`${site.url}/fixtures/library.html`)
    await page.waitForSelector('html[data-ready]')
    const texts = await page.evaluate(
      async ({ count, model }) => {
        const analyzer = await SpeechAnalyzer.create({ model })
        const found = []
        for (let index = 0; index < count; index += 1) {
          const samples = new Float32Array(await (await fetch(`/samples/${index}`)).arrayBuffer())
          const { results } = await analyzer.analyze(samples, { sampleRate: 16_000, vad: false })
          found.push(results[0]?.text.trim() ?? '')
        }
        await analyzer.close()
        return found
      },
      { count: files.length, model: `${site.url}/model/manifest.json` },
    )
    return new Map(texts.map((text, index) => [files[index], text]))
  } finally {
    await browser.close()
    site.close()
    rmSync(work, { recursive: true, force: true })
  }
}

/** Texts of sherpa-onnx, by file. Imported last: its libraries go before those of every process that is started later. */
async function ofPeer() {
  const { default: sherpa } = await import('sherpa-onnx-node')
  const recognizer = new sherpa.OfflineRecognizer(sherpaConfig(modelDir))
  const texts = new Map()
  for (const file of files) {
    const stream = recognizer.createStream()
    stream.acceptWaveform({ samples: await samplesOf(file), sampleRate: 16_000 })
    recognizer.decode(stream)
    texts.set(file, recognizer.getResult(stream).text.trim())
  }
  return texts
}

const command = ofCommand()
const page = await ofPage()
const peer = await ofPeer()

const PAIRS = [
  ['command = sherpa-onnx', command, peer],
  ['page = sherpa-onnx', page, peer],
  ['page = command', page, command],
  ['all three', page, command, peer],
]
const groups = new Map()
for (const file of files) {
  const group = basename(dirname(file))
  groups.set(group, [...(groups.get(group) ?? []), file])
}
console.log(`  ${''.padEnd(12)}${PAIRS.map(([name]) => name.padStart(24)).join('')}`)
for (const [group, members] of [...groups, ['all', files]]) {
  const cells = PAIRS.map(([, first, ...others]) => {
    const same = members.filter((file) => others.every((texts) => texts.get(file) === first.get(file))).length
    return `${same}/${members.length} ${((100 * same) / members.length).toFixed(2)} %`.padStart(24)
  })
  console.log(`  ${group.padEnd(12)}${cells.join('')}`)
}
