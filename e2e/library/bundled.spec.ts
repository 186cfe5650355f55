import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { pageHeaders } from '../../vite.config.ts'
import { policyViolations } from '../support/library-page.ts'
import { soundFile, timeline } from '../support/sounds.ts'
import { unpackPackage } from '../support/unpack-package.ts'

const PACKAGE = join(import.meta.dirname, '../../packages/browser')
const DIGITS = timeline([{ silenceMs: 500 }, { clip: 'en-three-one-four' }, { silenceMs: 1000 }])
let app: string

/** A fresh app without any configuration whose only dependency is the packed tarball; no registry is asked. */
test.beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), 'sensevoice-app-'))
  unpackPackage(app, PACKAGE, 'sensevoice-web')
  const files = {
    'package.json': '{ "type": "module", "dependencies": { "sensevoice-web": "*" } }',
    'index.html':
      '<!doctype html><html lang="en"><title>app</title><script type="module" src="/main.js"></script></html>',
    'main.js': `
      import { SpeechAnalyzer } from 'sensevoice-web'
      const violations = []
      document.addEventListener('securitypolicyviolation', (event) => violations.push(event.blockedURI))
      Object.assign(globalThis, { SpeechAnalyzer, violations })
      document.documentElement.dataset.ready = 'true'`,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(app, name), text)
})

test.afterAll(() => rmSync(app, { recursive: true, force: true }))

test('works in a Vite development server without configuration', async ({ page }) => {
  const { createServer } = await import('vite')
  const server = await createServer({
    root: app,
    configFile: false,
    logLevel: 'error',
    server: { port: 4610 },
  })
  try {
    await server.listen()
    expect(await analyzed(page, server.resolvedUrls?.local[0])).toMatch(/^(3 1 4|three one four)\b/i)
  } finally {
    await server.close()
  }
})

test('works in a Vite build under the strict policy, with threads', async ({ page }) => {
  const { build, preview } = await import('vite')
  await build({ root: app, configFile: false, logLevel: 'error' })
  const server = await preview({
    root: app,
    configFile: false,
    logLevel: 'error',
    preview: { port: 4611, headers: pageHeaders },
  })
  try {
    expect(await analyzed(page, server.resolvedUrls?.local[0])).toMatch(/^(3 1 4|three one four)\b/i)
    expect(await policyViolations(page)).toEqual([])
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true)
  } finally {
    await server.close()
  }
})

async function analyzed(page: Page, address: string | undefined): Promise<string> {
  await page.route('**/sound.wav', (route) =>
    route.fulfill({ path: soundFile('bundled', DIGITS), contentType: 'audio/wav' }),
  )
  await page.goto(address ?? '')
  await page.waitForSelector('html[data-ready]')
  return await page.evaluate(async () => {
    const analyzer = await globalThis.SpeechAnalyzer.create()
    const { results } = await analyzer.analyze('/sound.wav')
    await analyzer.close()
    return results.map((result) => result.text).join(' ')
  })
}
