// The page on a full-size model: bytes fetched, load cold and from the store, memory of the renderer, recognition of 1 to 30 s. Called by
// full-size.mjs; by itself: node bench/full-size-page.mjs FOLDER (manifest.json, model and tokens in it).
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOrInstallChromium } from '../scripts/lib/browser.mjs'
import { median } from './median.mjs'
import { largestRenderer } from './renderer-memory.mjs'
import { serveFolders } from './serve-folders.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const { chromium } = createRequire(import.meta.url)('@playwright/test')

/** In the page: loads, then recognizes each length, `rounds` times in turns. */
async function load({ model, threads }) {
  const started = performance.now()
  globalThis.analyzer = await SpeechAnalyzer.create({ model, threads })
  return performance.now() - started
}

async function recognize({ seconds, rounds, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  const all = Float32Array.from(new Int16Array(bytes.buffer), (value) => value / 32_768)
  const times = []
  for (let round = 0; round < rounds; round += 1) {
    const { results } = await globalThis.analyzer.analyze(all.subarray(0, seconds * 16_000), {
      sampleRate: 16_000,
      vad: false,
    })
    times.push(results[0].timings.totalMs)
  }
  return times
}

/**
 * @param samples Int16Array, 16 kHz, as long as the longest of `lengths`
 * @returns per number of threads: times of load and recognition in ms, memory in MiB
 */
export async function measurePage({ folder, samples, lengths, threads, rounds }) {
  const site = await serveFolders({
    '/library/': `${root}packages/browser/dist`,
    '/fixtures/': `${root}e2e/fixtures`,
    '/model/': folder,
  })
  const base64 = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64')
  const executablePath = await findOrInstallChromium()
  const found = []
  try {
    for (const count of threads) {
      const profile = mkdtempSync(join(tmpdir(), 'sensevoice-bench-'))
      const open = async () => {
        const context = await chromium.launchPersistentContext(profile, {
          executablePath,
          args: ['--no-sandbox'],
        })
        const page = await context.newPage()
        await page.goto(`${site.url}/fixtures/library.html`)
        await page.waitForSelector('html[data-ready]')
        return { context, page }
      }
      const model = `${site.url}/model/manifest.json`
      const cold = await open()
      const before = site.sentBytes()
      const coldMs = await cold.page.evaluate(load, { model, threads: count })
      const bytes = site.sentBytes() - before
      await cold.context.close()
      const warm = await open()
      const cachedMs = await warm.page.evaluate(load, { model, threads: count })
      await new Promise((resolve) => setTimeout(resolve, 2000))
      const atRest = largestRenderer()
      const times = {}
      for (const seconds of lengths) {
        times[seconds] = median(await warm.page.evaluate(recognize, { seconds, rounds, base64 }))
      }
      const after = largestRenderer()
      await warm.context.close()
      rmSync(profile, { recursive: true, force: true })
      found.push({
        threads: count,
        bytes,
        coldMs,
        cachedMs,
        loadPeakMib: atRest.peakMib,
        restMib: atRest.nowMib,
        runPeakMib: after.peakMib,
        times,
      })
    }
  } finally {
    site.close()
  }
  return found
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const samples = Int16Array.from(
    { length: 30 * 16_000 },
    (_, i) => 6000 * Math.sin(i * 0.05) * Math.sin(i * 0.0007),
  )
  const [folder] = process.argv.slice(2)
  console.log(
    JSON.stringify(await measurePage({ folder, samples, lengths: [1, 5], threads: [1], rounds: 2 }), null, 1),
  )
}
