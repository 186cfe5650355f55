import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { PreviewServer } from 'vite'
import { pageHeaders } from '../../vite.config.ts'
import { violations } from '../support/axe.ts'
import { unpackPackage } from '../support/unpack-package.ts'

const PACKAGES = join(import.meta.dirname, '../../packages')
const PORT = 4612

const emotions = { neutral: 0.6, happy: 0.3, sad: 0.1, angry: 0, surprised: 0, fearful: 0, disgusted: 0 }
const result = {
  ...{
    segmentId: 0,
    text: 'go left.',
    language: 'en',
    languageForced: false,
    confidence: 0.9,
    withItn: true,
  },
  tokens: [{ text: 'go left.', id: 1, startMs: 100, endMs: 900, probability: 0.9 }],
  languageScores: { en: 0.9, zh: 0.1 },
  ...{ emotion: 'neutral', emotionScores: emotions, emotionUnknown: 0.2 },
  emotionScoresWithUnknown: { ...emotions, neutral: 0.4, unknown: 0.2 },
  ...{ event: 'speech', eventScores: { speech: 0.8, bgm: 0.2 } },
  ...{ startMs: 100, endMs: 900, startSamples: 1600, endSamples: 14400 },
  timings: { frontEndMs: 1, inferenceMs: 20, decodeMs: 1, totalMs: 22, endOfSpeechToResultMs: 650 },
}

/** What each element is given, and what a person then finds in it. */
const ELEMENTS: readonly (readonly [name: string, given: object, found: RegExp])[] = [
  ['speech-emotion-bars', { result }, /Neutral/],
  [
    'speech-error-message',
    { error: { code: 'microphone-denied', message: 'no', hint: 'Allow it.' } },
    /Allow it\./,
  ],
  ['speech-export-menu', { results: [result] }, /SRT/],
  ['speech-language-scores', { result }, /English/],
  ['speech-latency-panel', { results: [result] }, /End of speech to result/],
  [
    'speech-level-meter',
    { level: { rms: 0.1, peak: 0.2, speechProbability: 0.9, speaking: true, positionMs: 0 }, active: true },
    /Speech/,
  ],
  ['speech-load-progress', { progress: { stage: 'model', loadedBytes: 1e6, totalBytes: 4e6 } }, /MB/],
  [
    'speech-runtime-badge',
    { runtime: { provider: 'wasm', threads: 2, isolated: true, reason: 'Because.' } },
    /2 threads/,
  ],
  ['speech-sound-events', { result }, /Speech/],
  ['speech-transcript', { results: [result] }, /go left\./],
]

let app: string
let server: PreviewServer

/** One page an element, each of which imports that element alone from the packed tarball. */
test.beforeAll(async () => {
  app = mkdtempSync(join(tmpdir(), 'sensevoice-elements-'))
  unpackPackage(app, join(PACKAGES, 'engine'), '@sensevoice-web/engine')
  unpackPackage(app, join(PACKAGES, 'elements'), '@sensevoice-web/elements')
  symlinkSync(join(PACKAGES, 'elements/node_modules/lit'), join(app, 'node_modules/lit'))
  const input = ELEMENTS.map(([name, given]) => {
    const script = `import '@sensevoice-web/elements/${name}'
      const element = document.createElement('${name}')
      Object.assign(element, ${JSON.stringify(given)})
      document.querySelector('main').append(element)`
    writeFileSync(join(app, `${name}.js`), script)
    writeFileSync(
      join(app, `${name}.html`),
      `<!doctype html><html lang="en"><title>${name}</title><main><h1>${name}</h1></main><script type="module" src="/${name}.js"></script></html>`,
    )
    return join(app, `${name}.html`)
  })
  const { build, preview } = await import('vite')
  const quiet = { root: app, configFile: false, logLevel: 'error' } as const
  await build({ ...quiet, build: { rollupOptions: { input } } })
  server = await preview({ ...quiet, preview: { port: PORT, headers: pageHeaders } })
})

test.afterAll(async () => {
  await server.close()
  rmSync(app, { recursive: true, force: true })
})

for (const [name, , found] of ELEMENTS) {
  test(`${name} works by itself under the strict policy`, async ({ page }) => {
    const problems: string[] = []
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    page.on('pageerror', (error) => problems.push(error.message))
    await page.goto(`http://localhost:${PORT}/${name}.html`)
    await expect(page.locator(name)).toContainText(found)
    expect(await violations(page)).toEqual([])
    expect(problems.filter((problem) => !/favicon|404/.test(problem))).toEqual([])
  })
}
