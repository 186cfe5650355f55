import { type BrowserContext, expect, type Page, test, type Worker } from '@playwright/test'
import type { CreateOptions, SpeechAnalyzer } from 'sensevoice-web'
import type { FaultServer } from '../../packages/onnx/src/test-data/fault-server.ts'
import { LIBRARY_PAGE, libraryReady } from '../support/library-page.ts'
import { executable, QUIET_FLAGS } from '../support/microphone.ts'
import { MANIFEST_PATH, MODEL, startModelHost } from '../support/model-host.ts'

// Chromium's software adapter, for what is prepared for WebGPU.
const FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan']
test.use({ launchOptions: { ...executable(), args: [...QUIET_FLAGS, ...FLAGS] } })

let server: FaultServer
test.beforeEach(async ({ context, page }) => {
  server = await startModelHost()
  await inCacheStorage(context)
  await page.goto(server.url(LIBRARY_PAGE))
  await libraryReady(page)
})
test.afterEach(() => server.stop())

/** Takes the other storage from the workers, and keeps in each how many stored bytes it has read at once at most. */
async function inCacheStorage(context: BrowserContext): Promise<void> {
  const code = `delete FileSystemFileHandle.prototype.createSyncAccessHandle
    globalThis.largestReadBytes = 0
    const note = (bytes) => {
      globalThis.largestReadBytes = Math.max(globalThis.largestReadBytes, bytes.byteLength)
      return bytes
    }
    for (const { prototype } of [Blob, Response]) {
      const { arrayBuffer } = prototype
      prototype.arrayBuffer = async function () {
        const bytes = await arrayBuffer.call(this)
        // What comes from the network has an address.
        return this.url ? bytes : note(bytes)
      }
    }
    const { readAsArrayBuffer } = FileReaderSync.prototype
    FileReaderSync.prototype.readAsArrayBuffer = function (blob) {
      return note(readAsArrayBuffer.call(this, blob))
    }`
  await context.route(/recognizer\.worker\.js$/, async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: `${code}\n${await response.text()}` })
  })
}

/** Loads, recognizes a clip, tells the text and what the recognizer's worker read, and closes. */
async function load(page: Page, options: CreateOptions) {
  const started: Worker[] = []
  page.on('worker', (worker) => /recognizer\.worker/.test(worker.url()) && started.push(worker))
  const found = await page.evaluate(async (given) => {
    const analyzer = await globalThis.SpeechAnalyzer.create(given)
    Object.assign(globalThis, { analyzer })
    const { results } = await analyzer.analyze('/audio/en-hello.wav', { vad: false })
    return { place: analyzer.modelPlace.kind, provider: analyzer.runtime.provider, text: results[0]?.text }
  }, options)
  const largestReadBytes = await started
    .at(-1)
    ?.evaluate(() => (globalThis as unknown as { largestReadBytes: number }).largestReadBytes)
  await page.evaluate(() => (globalThis as unknown as { analyzer: SpeechAnalyzer }).analyzer.close())
  return { ...found, largestReadBytes }
}

/** Keys of all that is in Cache Storage. A file that is written again has others. */
const keys = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const found: string[] = []
    for (const name of await caches.keys()) {
      for (const { url } of await (await caches.open(name)).keys()) found.push(url)
    }
    return found.sort()
  })

test('a model in Cache Storage is read range by range, never as a whole', async ({ page }) => {
  const first = await load(page, { model: MANIFEST_PATH, provider: 'wasm' })
  expect(first).toMatchObject({ place: 'cache-storage', provider: 'wasm', text: expect.stringMatching(/\S/) })
  const before = await keys(page)
  const second = await load(page, { model: MANIFEST_PATH, provider: 'wasm' })
  expect(second.text).toBe(first.text)
  expect(second.largestReadBytes).toBeGreaterThan(0)
  expect(second.largestReadBytes).toBeLessThan(MODEL.length / 2)
  expect(await keys(page)).toEqual(before)
})

test('what was prepared for WebGPU is found again in Cache Storage, and nothing is written then', async ({
  page,
}) => {
  const options = { model: MANIFEST_PATH, provider: 'webgpu' } as const
  const first = await load(page, options)
  expect(first).toMatchObject({
    place: 'cache-storage',
    provider: 'webgpu',
    text: expect.stringMatching(/\S/),
  })
  const before = await keys(page)
  expect(before.filter((key) => key.includes('blocked.weights')).length).toBeGreaterThan(1)
  const second = await load(page, options)
  expect(second).toMatchObject({ provider: 'webgpu', text: first.text })
  expect(await keys(page)).toEqual(before)
})
