// The library's plain test page beside a folder with a model, in a Chromium of its own whose store outlives it.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOrInstallChromium } from '../scripts/lib/browser.mjs'
import { median } from './median.mjs'
import { serveFolders } from './serve-folders.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const { chromium } = createRequire(import.meta.url)('@playwright/test')

/** @returns the site, and the address of the model's manifest on it */
export async function serveModel(folder) {
  const site = await serveFolders({
    '/library/': `${root}packages/browser/dist`,
    '/fixtures/': `${root}e2e/fixtures`,
    '/model/': folder,
  })
  return { site, model: `${site.url}/model/manifest.json` }
}

/**
 * Works with an empty profile, which is gone afterwards.
 *
 * @param work is given what starts a browser on that profile: `(flags?) => { context, page }`, the page ready
 * @param path of the page on the site; it sets `data-ready` when it is
 */
export async function withProfile(site, work, path = '/fixtures/library.html') {
  const executablePath = await findOrInstallChromium()
  const profile = mkdtempSync(join(tmpdir(), 'sensevoice-bench-'))
  try {
    return await work(async (flags = []) => {
      const args = ['--no-sandbox', ...flags]
      const context = await chromium.launchPersistentContext(profile, { executablePath, args })
      const page = await context.newPage()
      await page.goto(site.url + path)
      await page.waitForSelector('html[data-ready]')
      return { context, page }
    })
  } finally {
    rmSync(profile, { recursive: true, force: true })
  }
}

/** In the page: loads a model and keeps the analyzer as `globalThis.analyzer`. */
export async function load(options) {
  const stages = new Set()
  const started = performance.now()
  globalThis.analyzer = await SpeechAnalyzer.create({
    ...options,
    onProgress: ({ stage }) => stages.add(stage),
  })
  const ms = performance.now() - started
  const { provider, reason } = globalThis.analyzer.runtime
  return { ms, provider, reason, stages: [...stages] }
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** In the page: gives the first `seconds` of a sound to `globalThis.recognizeMs`, `rounds` times. */
async function recognize({ seconds, rounds, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  const all = Float32Array.from(new Int16Array(bytes.buffer), (value) => value / 32_768)
  const times = []
  for (let round = 0; round < rounds; round += 1) {
    times.push(await globalThis.recognizeMs(all.subarray(0, seconds * 16_000)))
  }
  return times
}

/**
 * @param page has a `globalThis.recognizeMs`, which takes samples and gives the ms it took
 * @param samples Int16Array, 16 kHz, as long as the longest of `lengths`
 * @returns medians in ms by seconds of sound
 */
export async function timesByLength(page, { samples, lengths, rounds }) {
  const base64 = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64')
  const times = {}
  for (const seconds of lengths) {
    times[seconds] = median(await page.evaluate(recognize, { seconds, rounds, base64 }))
  }
  return times
}
