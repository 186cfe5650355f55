// The library's plain test page beside a folder with a model, in a Chromium of its own whose store outlives it.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOrInstallChromium } from '../scripts/lib/browser.mjs'
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
 * @param path of the page on the site; it sets `data-ready` when it is
 * @param work is given what starts a browser on that profile: `(flags?) => { context, page }`, the page ready
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
