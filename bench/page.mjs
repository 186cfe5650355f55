// Figures of the page on the tiny model, each beside its bar: load to ready, long tasks while 60 s are analyzed, end of speech to result,
// growth over 200 segments. Needs `npm run build` and a Chromium. Usage: node bench/page.mjs
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { findOrInstallChromium } from '../scripts/lib/browser.mjs'
import { median } from './median.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const SPEECH = `${root}demo/public/samples/en-digits-jackson.wav`
const PAGE = 'http://127.0.0.1:4601'
const { chromium } = createRequire(import.meta.url)('@playwright/test')

const server = spawn(process.execPath, [`${root}e2e/server.mjs`], { stdio: 'ignore' })
const browser = await chromium.launch({
  executablePath: await findOrInstallChromium(),
  args: [
    '--no-sandbox',
    '--disable-background-networking',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${SPEECH}`,
  ],
})

const row = (name, figure, bar) => console.log(`  ${name.padEnd(58)} ${figure.padStart(16)}   bar: ${bar}`)

async function loadToReady() {
  const times = []
  for (let round = 0; round < 6; round += 1) {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${PAGE}/`)
    times.push(
      await page.evaluate(async () => {
        const button = () => document.querySelector('[data-testid=listen]')
        while (!button() || button().disabled) await new Promise((resolve) => setTimeout(resolve, 5))
        return performance.now()
      }),
    )
    await context.close()
  }
  // The first one starts the browser's own processes.
  return median(times.slice(1))
}

async function libraryPage() {
  const context = await browser.newContext({ permissions: ['microphone'] })
  const page = await context.newPage()
  await page.goto(`${PAGE}/fixtures/library.html`)
  await page.waitForSelector('html[data-ready]')
  return page
}

/** The recorded digits with their pauses, over and over, for `seconds`; handed to the page as 16 kHz samples. */
function speechFor(seconds) {
  const wav = readFileSync(SPEECH)
  const pcm = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length))
  const sound = new Int16Array(seconds * 16_000)
  for (let at = 0; at < sound.length; at += pcm.length + 16_000)
    sound.set(pcm.subarray(0, sound.length - at), at)
  return Buffer.from(sound.buffer).toString('base64')
}

async function longTasks(page) {
  return await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
    const samples = Float32Array.from(new Int16Array(bytes.buffer), (value) => value / 32_768)
    const analyzer = await SpeechAnalyzer.create()
    const tasks = []
    const observer = new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map((entry) => entry.duration)),
    )
    observer.observe({ entryTypes: ['longtask'] })
    const { results, elapsedMs } = await analyzer.analyze(samples, { sampleRate: 16_000 })
    await new Promise((resolve) => setTimeout(resolve, 200))
    observer.disconnect()
    await analyzer.close()
    return { longest: Math.max(0, ...tasks), segments: results.length, elapsedMs }
  }, speechFor(60))
}

async function growth(page) {
  return await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
    const samples = Float32Array.from(new Int16Array(bytes.buffer), (value) => value / 32_768)
    const analyzer = await SpeechAnalyzer.create()
    const memory = async () => (await performance.measureUserAgentSpecificMemory()).bytes
    let segments = 0
    const some = async (least) => {
      while (segments < least)
        segments += (await analyzer.analyze(samples, { sampleRate: 16_000 })).results.length
      return memory()
    }
    const before = await some(40)
    const after = await some(240)
    await analyzer.close()
    return { before, after, segments }
  }, speechFor(60))
}

async function endOfSpeech(page) {
  return await page.evaluate(async () => {
    const analyzer = await SpeechAnalyzer.create()
    const late = []
    for await (const event of analyzer.listen()) {
      if (event.type === 'result') late.push(event.result.timings.endOfSpeechToResultMs)
      if (late.length === 12) break
    }
    await analyzer.close()
    return late.sort((a, b) => a - b)
  })
}

try {
  console.log('the page on the tiny model')
  row('page load to ready, median of 5', `${(await loadToReady()).toFixed(0)} ms`, '2000 ms')
  const page = await libraryPage()
  const tasks = await longTasks(page)
  row(
    `longest task on the page while 60 s (${tasks.segments} segments) are analyzed`,
    `${tasks.longest.toFixed(0)} ms`,
    '50 ms',
  )
  row('60 s of sound analyzed in', `${tasks.elapsedMs.toFixed(0)} ms`, 'none')
  const late = await endOfSpeech(page)
  row('end of speech to result, hang-over 640 ms: median of 12', `${late[6].toFixed(0)} ms`, 'none')
  row('the slowest of them', `${late.at(-1).toFixed(0)} ms`, 'none')
  const { before, after, segments } = await growth(page)
  row(
    `memory after 40 and after ${segments} segments`,
    `${(before / 2 ** 20).toFixed(1)}, ${(after / 2 ** 20).toFixed(1)} MiB`,
    'no growth',
  )
} finally {
  await browser.close()
  server.kill()
}
