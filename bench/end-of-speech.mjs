// From the end of speech to the result of an utterance of 5 s, live, with partial results, on 2 WASM threads: median and 95th percentile beside
// the hang-over (640 ms) that the segmenter waits. Needs `npm run build` and a Chromium.
// Usage: node bench/end-of-speech.mjs [folder with manifest.json, model and tokens; default: the embedded tiny model] [utterances, 20]
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { findOrInstallChromium } from '../scripts/lib/browser.mjs'
import { serveFolders } from './serve-folders.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const SPEECH = `${root}demo/public/samples/en-digits-jackson.wav`
const HANG_OVER_MS = 640
const { chromium } = createRequire(import.meta.url)('@playwright/test')

const [folder, count = '20'] = process.argv.slice(2)
const site = await serveFolders({
  '/library/': `${root}packages/browser/dist`,
  '/fixtures/': `${root}e2e/fixtures`,
  '/model/': folder ?? `${root}models/tiny`,
})
const browser = await chromium.launch({
  executablePath: await findOrInstallChromium(),
  args: ['--no-sandbox'],
})

/** In the page: utterances of 5 s with a pause of 1.5 s, at the pace of a microphone. */
async function speak({ speech, utterances, model }) {
  const bytes = Uint8Array.from(atob(speech), (letter) => letter.charCodeAt(0))
  const digits = Float32Array.from(new Int16Array(bytes.buffer), (value) => value / 32_768)
  // Words without pauses between them are one segment.
  const FRAME = 160
  const loud = (at) => digits.subarray(at, at + FRAME).some((value) => Math.abs(value) > 0.03)
  const dense = Float32Array.from(
    Array.from({ length: Math.floor(digits.length / FRAME) }, (_, frame) => frame * FRAME)
      .filter((at) => loud(at) || loud(at + 5 * FRAME))
      .flatMap((at) => [...digits.subarray(at, at + FRAME)]),
  )
  const sound = new Float32Array(16_000 * 6.5)
  for (let at = 0; at < 80_000; at += dense.length) sound.set(dense.subarray(0, 80_000 - at), at)
  const analyzer = await SpeechAnalyzer.create({ model, threads: 2 })
  const CHUNK = 800
  async function* source() {
    const started = performance.now()
    for (let utterance = 0; utterance < utterances; utterance += 1) {
      for (let at = 0; at < sound.length; at += CHUNK) {
        const due = started + (utterance * sound.length + at + CHUNK) / 16
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
        yield { samples: sound.slice(at, at + CHUNK), sampleRate: 16_000 }
      }
    }
  }
  const late = []
  let partials = 0
  for await (const event of analyzer.listen({ source: source() })) {
    if (event.type === 'partial') partials += 1
    if (event.type === 'result') {
      const { endOfSpeechToResultMs, totalMs } = event.result.timings
      late.push({
        endOfSpeechToResultMs,
        totalMs,
        seconds: (event.result.endMs - event.result.startMs) / 1000,
      })
    }
  }
  await analyzer.close()
  return { late, partials }
}

try {
  const page = await browser.newPage()
  await page.goto(`${site.url}/fixtures/library.html`)
  await page.waitForSelector('html[data-ready]')
  const { late, partials } = await page.evaluate(speak, {
    speech: Buffer.from(readFileSync(SPEECH).subarray(44)).toString('base64'),
    utterances: Number(count),
    model: `${site.url}/model/manifest.json`,
  })
  const sorted = late.map(({ endOfSpeechToResultMs }) => endOfSpeechToResultMs).sort((a, b) => a - b)
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]
  const seconds = late.map((result) => result.seconds.toFixed(1))
  console.log(
    `${late.length} results of ${seconds[0]} s (${partials} partials), ms from the end of speech to the result:`,
  )
  for (const [name, share] of [
    ['median', 0.5],
    ['95th percentile', 0.95],
    ['slowest', 1],
  ]) {
    const ms = at(share)
    console.log(
      `  ${name.padEnd(16)} ${ms.toFixed(0).padStart(5)}: the hang-over + ${(ms - HANG_OVER_MS).toFixed(0)}`,
    )
  }
} finally {
  await browser.close()
  site.close()
}
