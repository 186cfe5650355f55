// How soon the page hears of speech while a segment of 20 s is being decoded: from the moment the window that decided is handed over to the
// event `speech-start`, beside the same with nothing being decoded. Needs `npm run build` and a Chromium.
// Usage: node bench/speech-start.mjs [folder with manifest.json, model and tokens; default: the embedded tiny model]
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { findOrInstallChromium } from '../scripts/lib/browser.mjs'
import { median } from './median.mjs'
import { serveFolders } from './serve-folders.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const SPEECH = `${root}demo/public/samples/en-digits-jackson.wav`
const ROUNDS = 5
const { chromium } = createRequire(import.meta.url)('@playwright/test')

const [folder] = process.argv.slice(2)
const site = await serveFolders({
  '/library/': `${root}packages/browser/dist`,
  '/fixtures/': `${root}e2e/fixtures`,
  '/model/': folder ?? `${root}models/tiny`,
})
const browser = await chromium.launch({
  executablePath: await findOrInstallChromium(),
  args: ['--no-sandbox'],
})

const wav = readFileSync(SPEECH)
const speech = Buffer.from(wav.subarray(44)).toString('base64')

/** In the page: one round with a segment of `seconds` decoded when the second speech begins; 0 for none. */
async function round({ speech, seconds, model }) {
  const bytes = Uint8Array.from(atob(speech), (letter) => letter.charCodeAt(0))
  const digits = Float32Array.from(new Int16Array(bytes.buffer), (value) => value / 32_768)
  const WINDOW = 512
  const loud = digits.findIndex((value) => Math.abs(value) > 0.05)
  const long = new Float32Array(seconds * 16_000)
  // Words without pauses between them, so that nothing ends the segment before its silence.
  const dense = digits.subarray(loud, loud + 8000)
  for (let at = 0; at < long.length; at += dense.length) long.set(dense.subarray(0, long.length - at), at)
  globalThis.analyzer ??= await SpeechAnalyzer.create({ model })
  /** When the chunk that ends at a position was handed over, by that position in samples. */
  const handedOver = []
  let position = 0
  const chunk = (samples) => {
    position += samples.length
    handedOver.push([position, performance.now()])
    return { samples, sampleRate: 16_000 }
  }
  async function* source() {
    if (seconds > 0) yield chunk(long)
    yield chunk(new Float32Array(WINDOW * 30))
    const started = performance.now()
    const quiet = Math.floor((loud - WINDOW) / WINDOW) * WINDOW
    for (let at = quiet; at + WINDOW <= digits.length && at < quiet + 24_000; at += WINDOW) {
      const due = started + (at - quiet) / 16
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
      yield chunk(digits.slice(at, at + WINDOW))
    }
    yield chunk(new Float32Array(WINDOW * 30))
    await new Promise((resolve) => setTimeout(resolve, 8000))
  }
  const heard = []
  const preRollMs = 320
  const vad = { softCutMs: 25_000, preRollMs }
  for await (const event of globalThis.analyzer.listen({ source: source(), vad, partials: false })) {
    if (event.type === 'speech-start' || event.type === 'result')
      heard.push({ ...event, at: performance.now() })
    if (heard.filter(({ type }) => type === 'result').length === (seconds > 0 ? 2 : 1)) break
  }
  const start = heard.filter(({ type }) => type === 'speech-start').at(-1)
  const [first] = heard.filter(({ type }) => type === 'result')
  // The segment starts a pre-roll before the window in which speech was found.
  const decided = start.startSamples + preRollMs * 16 + WINDOW
  const [, at] = handedOver.find(([end]) => end >= decided)
  return { lateMs: start.at - at, decodedAfterMs: seconds > 0 ? first.at - start.at : Number.NaN }
}

try {
  const page = await browser.newPage()
  await page.goto(`${site.url}/fixtures/library.html`)
  await page.waitForSelector('html[data-ready]')
  const model = `${site.url}/model/manifest.json`
  const measured = { idle: [], decoding: [] }
  let slowest = Number.POSITIVE_INFINITY
  for (let index = 0; index <= ROUNDS; index += 1) {
    const idle = await page.evaluate(round, { speech, seconds: 0, model })
    const decoding = await page.evaluate(round, { speech, seconds: 20, model })
    // The first round compiles and warms up.
    if (index === 0) continue
    measured.idle.push(idle.lateMs)
    measured.decoding.push(decoding.lateMs)
    slowest = Math.min(slowest, decoding.decodedAfterMs)
  }
  const of = (values) =>
    `median ${median(values).toFixed(0)} ms, slowest ${Math.max(...values).toFixed(0)} ms`
  console.log(
    `speech-start after the window that decided, ${ROUNDS} rounds, ${folder ?? 'the embedded model'}`,
  )
  console.log(`  nothing being decoded:          ${of(measured.idle)}`)
  console.log(`  a segment of 20 s being decoded: ${of(measured.decoding)}   bar: 100 ms`)
  console.log(
    `  its result came ${slowest.toFixed(0)} ms or more after that speech-start${slowest > 0 ? '' : ' (NOT while decoding)'}`,
  )
} finally {
  await browser.close()
  site.close()
}
