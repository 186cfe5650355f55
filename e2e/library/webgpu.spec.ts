import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page, test, type Worker } from '@playwright/test'
import type { CreateOptions, SpeechAnalyzer, SpeechResult } from 'sensevoice-web'
import type { FaultServer } from '../../packages/onnx/src/test-data/fault-server.ts'
import { LIBRARY_PAGE, libraryReady, policyViolations } from '../support/library-page.ts'
import { executable, QUIET_FLAGS } from '../support/microphone.ts'
import {
  hostModel,
  hostNewerModel,
  MANIFEST_PATH,
  MODEL_PATH,
  startModelHost,
} from '../support/model-host.ts'

// Chromium's software adapter: slow, and right.
const FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan']
test.use({ launchOptions: { ...executable(), args: [...QUIET_FLAGS, ...FLAGS] } })

const CLIPS = ['en-three-one-four', 'zh-yu-yin-shi-bie', 'ja-kon-nichi-wa', 'ko-an-nyeong', 'brown-noise']
const GOLDEN = join(import.meta.dirname, '../../models/golden/audio')
const WORKER = /gpu-recognizer/

let server: FaultServer
test.beforeAll(async () => {
  server = await startModelHost()
  for (const name of CLIPS) server.put(`/clips/${name}.wav`, readFileSync(join(GOLDEN, `${name}.wav`)))
})
test.afterAll(() => server.stop())
test.beforeEach(async ({ page }) => {
  hostModel(server)
  await page.goto(server.url(LIBRARY_PAGE))
  await libraryReady(page)
})

/** Keeps an analyzer on the page as `globalThis.analyzer`, so that a test can do something to it between two calls. */
function create(page: Page, options: CreateOptions) {
  return page.evaluate(async (given) => {
    const analyzer = await globalThis.SpeechAnalyzer.create(given)
    Object.assign(globalThis, { analyzer, moves: [] })
    analyzer.addEventListener('runtime', ({ detail }) => (globalThis as unknown as Kept).moves.push(detail))
    return analyzer.runtime
  }, options)
}

interface Kept {
  readonly analyzer: SpeechAnalyzer
  readonly moves: { provider: string; reason: string }[]
}

function analyze(page: Page, clips: readonly string[]) {
  return page.evaluate(async (names) => {
    const { analyzer, moves } = globalThis as unknown as Kept
    const results: SpeechResult[] = []
    const errors: string[] = []
    for (const name of names) {
      const found = await analyzer.analyze(`/clips/${name}.wav`, { vad: false })
      results.push(...found.results)
      errors.push(...found.errors.map(({ message }) => message))
    }
    return { results, errors, moves, runtime: analyzer.runtime }
  }, clips)
}

function close(page: Page) {
  return page.evaluate(() => (globalThis as unknown as Kept).analyzer.close())
}

/** Names of the files in the store that only a GPU reads. */
function preparedForGpu(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names: string[] = []
    const walk = async (folder: FileSystemDirectoryHandle): Promise<void> => {
      for await (const [name, handle] of folder as unknown as AsyncIterable<[string, FileSystemHandle]>) {
        if (handle instanceof FileSystemDirectoryHandle) await walk(handle)
        else names.push(name)
      }
    }
    await walk(await navigator.storage.getDirectory())
    return names.filter((name) => name.includes('blocked'))
  })
}

/** Changes WebGPU in the worker that is about to start, before it asks for an adapter. */
function inGpuWorker(page: Page, change: () => void): Promise<Worker> {
  return new Promise((resolve) => {
    page.on('worker', (worker) => {
      if (WORKER.test(worker.url())) void worker.evaluate(change).then(() => resolve(worker))
    })
  })
}

/** Makes the devices of a worker known to the test. */
function keepDevices(): void {
  const scope = globalThis as unknown as {
    GPUAdapter: { prototype: { requestDevice(wanted: unknown): Promise<unknown> } }
    devices: unknown[]
  }
  scope.devices = []
  const { prototype } = scope.GPUAdapter
  const { requestDevice } = prototype
  prototype.requestDevice = async function (wanted) {
    const device = await requestDevice.call(this, wanted)
    scope.devices.push(device)
    return device
  }
}

function loseDevice(): void {
  const { devices } = globalThis as unknown as { devices: { destroy(): void }[] }
  devices.at(-1)?.destroy()
}

function expectSame(found: readonly SpeechResult[], expected: readonly SpeechResult[]): void {
  expect(found.map(({ text }) => text)).toEqual(expected.map(({ text }) => text))
  for (const [index, result] of found.entries()) {
    const scores: Readonly<Record<string, number>> = expected[index]?.emotionScoresWithUnknown ?? {}
    for (const [name, score] of Object.entries(result.emotionScoresWithUnknown)) {
      // The processor rounds activations to 8 bits, the GPU does not.
      expect(Math.abs(score - (scores[name] ?? Number.NaN))).toBeLessThan(0.05)
    }
  }
}

async function onWasm(page: Page): Promise<SpeechResult[]> {
  await create(page, { model: MANIFEST_PATH, provider: 'wasm' })
  const { results } = await analyze(page, CLIPS)
  await close(page)
  return results
}

test('a stored model runs on WebGPU with the results of WASM, every node on the GPU, under the strict policy', async ({
  page,
}) => {
  const expected = await onWasm(page)
  const runtime = await create(page, { model: MANIFEST_PATH, provider: 'webgpu' })
  expect(runtime).toMatchObject({ provider: 'webgpu' })
  const { results, errors, moves } = await analyze(page, CLIPS)
  expect(errors).toEqual([])
  expect(moves).toEqual([])
  expect(results.length).toBe(CLIPS.length)
  expectSame(results, expected)
  expect(await policyViolations(page)).toEqual([])
})

test('the embedded model runs on WebGPU where that is asked for, else in WASM', async ({ page }) => {
  expect(await create(page, {})).toMatchObject({
    provider: 'wasm',
    reason: expect.stringContaining('too small'),
  })
  await close(page)
  expect(await create(page, { provider: 'webgpu' })).toMatchObject({ provider: 'webgpu' })
  const { results } = await analyze(page, ['en-three-one-four'])
  expect(results[0]?.text).toBe('3 1 4.')
})

test('auto measures once, takes the faster, and remembers it', async ({ page }) => {
  const started: string[] = []
  page.on('worker', (worker) => started.push(worker.url()))
  const first = await create(page, { model: MANIFEST_PATH, threads: 1 })
  expect(first.reason).toMatch(
    /(WASM is faster|WebGPU is right and faster) on this machine \(a clip takes \d+ ms/,
  )
  const { results } = await analyze(page, ['en-three-one-four'])
  expect(results[0]?.text).toBe('3 1 4.')
  await close(page)
  expect(started.filter((url) => WORKER.test(url)).length).toBe(1)
  // WASM's answer comes from a worker of its own, before the GPU's starts: its memory goes back with it.
  expect(started.filter((url) => /recognizer\.worker/.test(url)).map((url) => WORKER.test(url))).toEqual([
    false,
    true,
  ])
  // A software adapter is slower than WASM by far, so the next load does not even start the worker for WebGPU.
  expect(first.provider).toBe('wasm')
  expect(await preparedForGpu(page)).toEqual([])
  const second = await create(page, { model: MANIFEST_PATH, threads: 1 })
  expect(started.filter((url) => WORKER.test(url)).length).toBe(1)
  expect(second.reason).toContain(first.reason)
})

test('what was found out about a model does not go for a later version of it', async ({ page }) => {
  const started: string[] = []
  page.on('worker', (worker) => started.push(worker.url()))
  const trials = () => started.filter((url) => WORKER.test(url)).length
  const options = { model: MANIFEST_PATH, threads: 1 } as const
  expect((await create(page, options)).provider).toBe('wasm')
  await close(page)
  hostNewerModel(server)
  expect((await create(page, options)).reason).toContain('WASM is faster on this machine')
  await close(page)
  expect(trials()).toBe(2)
  expect((await create(page, options)).provider).toBe('wasm')
  expect(trials()).toBe(2)
})

test('a GPU that is lost in its trial is tried again at the next load', async ({ page }) => {
  let trials = 0
  page.on('worker', (worker) => {
    if (WORKER.test(worker.url())) trials += 1
  })
  const patched = inGpuWorker(page, () => {
    const { GPUAdapter } = globalThis as unknown as {
      GPUAdapter: { prototype: { requestDevice(wanted: unknown): Promise<{ destroy(): void }> } }
    }
    const { requestDevice } = GPUAdapter.prototype
    GPUAdapter.prototype.requestDevice = async function (wanted) {
      const device = await requestDevice.call(this, wanted)
      device.destroy()
      return device
    }
  })
  const options = { model: MANIFEST_PATH, threads: 1 } as const
  expect(await create(page, options)).toMatchObject({
    provider: 'wasm',
    reason: expect.stringContaining('the GPU was lost'),
  })
  await patched
  expect((await analyze(page, ['en-three-one-four'])).results[0]?.text).toBe('3 1 4.')
  await close(page)
  await create(page, options)
  expect(trials).toBe(2)
})

/** Refuses all storage to the page and to the workers that hold a model. */
async function refuseStorage(page: Page): Promise<void> {
  const code = `{
    const refuse = () => Promise.reject(new DOMException('no', 'SecurityError'))
    StorageManager.prototype.getDirectory = refuse
    for (const name of ['open', 'has', 'keys']) CacheStorage.prototype[name] = refuse
  }`
  await page.context().route(/recognizer\.worker\.js/, async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: `${code}\n${await response.text()}` })
  })
  await page.evaluate(code)
}

const modelRequests = () => server.requests.filter(({ path }) => path === MODEL_PATH).length

test('where nothing can be stored auto does not fetch the model a second time to try the GPU out', async ({
  page,
}) => {
  await refuseStorage(page)
  const runtime = await create(page, { model: MANIFEST_PATH })
  expect(runtime).toMatchObject({ provider: 'wasm', reason: expect.stringContaining('in memory alone') })
  expect((await analyze(page, ['en-three-one-four'])).results[0]?.text).toBe('3 1 4.')
  expect(modelRequests()).toBe(1)
})

test('where nothing can be stored webgpu is tried out in one worker, with one download', async ({ page }) => {
  await refuseStorage(page)
  const runtime = await create(page, { model: MANIFEST_PATH, provider: 'webgpu' })
  expect(runtime).toMatchObject({ provider: 'webgpu', reason: expect.stringContaining('a clip takes') })
  expect((await analyze(page, ['en-three-one-four'])).results[0]?.text).toBe('3 1 4.')
  expect(modelRequests()).toBe(1)
})

test('a GPU that was found right is not tested again, and its file is prepared once', async ({ page }) => {
  const stages = (options: CreateOptions) =>
    page.evaluate(async (given) => {
      const seen = new Set<string>()
      const analyzer = await globalThis.SpeechAnalyzer.create({
        ...given,
        onProgress: ({ stage }) => seen.add(stage),
      })
      const { provider } = analyzer.runtime
      await analyzer.close()
      return { stages: [...seen], provider }
    }, options)
  const options = { model: MANIFEST_PATH, provider: 'webgpu' } as const
  expect(await stages(options)).toMatchObject({
    provider: 'webgpu',
    stages: expect.arrayContaining(['self-test']),
  })
  const second = await stages(options)
  expect(second.provider).toBe('webgpu')
  expect(second.stages).not.toContain('self-test')
  expect((await preparedForGpu(page)).length).toBe(2)
  const { usage } = await page.evaluate(async () => {
    const { ModelStore } = (globalThis as unknown as { library: typeof import('sensevoice-web') }).library
    const models = await ModelStore.list()
    await ModelStore.remove('hosted')
    return { usage: models.length, left: await ModelStore.list() }
  })
  expect(usage).toBe(1)
  expect(await preparedForGpu(page)).toEqual([])
})

test('a driver that computes wrongly is found out: auto takes WASM, webgpu is refused', async ({ page }) => {
  const wrong = () => {
    const { GPUDevice } = globalThis as unknown as {
      GPUDevice: { prototype: { createShaderModule(what: { code: string }): unknown } }
    }
    const { createShaderModule } = GPUDevice.prototype
    GPUDevice.prototype.createShaderModule = function (what) {
      return createShaderModule.call(this, {
        ...what,
        code: what.code.replaceAll('inverseSqrt(', '0.5 * inverseSqrt('),
      })
    }
  }
  void inGpuWorker(page, wrong)
  const runtime = await create(page, { model: MANIFEST_PATH })
  expect(runtime).toMatchObject({
    provider: 'wasm',
    reason: expect.stringContaining('WebGPU computes wrongly'),
  })
  const { results } = await analyze(page, ['en-three-one-four'])
  expect(results[0]?.text).toBe('3 1 4.')
  await close(page)
  const refused = await page.evaluate(
    (model) => globalThis.failure(globalThis.SpeechAnalyzer.create({ model, provider: 'webgpu' })),
    MANIFEST_PATH,
  )
  expect(refused).toMatchObject({
    code: 'not-supported',
    message: expect.stringContaining('WebGPU computes wrongly'),
  })
})

test('a lost device is replaced and the segment decoded again; a GPU that stays away gives way to WASM', async ({
  page,
}) => {
  const patched = inGpuWorker(page, keepDevices)
  await create(page, { model: MANIFEST_PATH, provider: 'webgpu' })
  const worker = await patched
  await worker.evaluate(loseDevice)
  const afterIdleLoss = await analyze(page, ['en-three-one-four'])
  expect(afterIdleLoss.errors).toEqual([])
  expect(afterIdleLoss.results.map(({ text }) => text)).toEqual(['3 1 4.'])
  expect(afterIdleLoss.moves).toEqual([
    expect.objectContaining({ provider: 'webgpu', reason: expect.stringContaining('on a new device') }),
  ])
  // In the middle of a run.
  const running = analyze(page, ['zh-yu-yin-shi-bie'])
  await worker.evaluate(async (lose) => {
    await new Promise((resolve) => setTimeout(resolve, 30))
    new Function(`(${lose})()`)()
  }, loseDevice.toString())
  const afterBusyLoss = await running
  expect(afterBusyLoss.results.map(({ text }) => text)).toEqual(['语音识别。'])
  expect(afterBusyLoss.moves.map(({ provider }) => provider)).toEqual(['webgpu', 'webgpu'])
  // From now on there is no adapter any more.
  await worker.evaluate(() => {
    const { gpu } = navigator as unknown as { gpu: { requestAdapter(): Promise<null> } }
    Object.getPrototypeOf(gpu).requestAdapter = async () => null
  })
  await worker.evaluate(loseDevice)
  const afterEnd = await analyze(page, ['en-three-one-four', 'ja-kon-nichi-wa'])
  expect(afterEnd.errors).toEqual([])
  expect(afterEnd.results[0]?.text).toBe('3 1 4.')
  expect(afterEnd.results.length).toBe(2)
  expect(afterEnd.moves.at(-1)).toMatchObject({
    provider: 'wasm',
    reason: expect.stringContaining('goes on in WASM'),
  })
  expect(afterEnd.runtime.provider).toBe('wasm')
})

test('an adapter whose buffers are too small is refused before anything is prepared', async ({ page }) => {
  void inGpuWorker(page, () => {
    const { GPUSupportedLimits } = globalThis as unknown as { GPUSupportedLimits: { prototype: object } }
    Object.defineProperty(GPUSupportedLimits.prototype, 'maxStorageBufferBindingSize', { get: () => 1000 })
  })
  const runtime = await create(page, { model: MANIFEST_PATH })
  expect(runtime).toMatchObject({
    provider: 'wasm',
    reason: expect.stringContaining("the GPU's buffers hold 1000 bytes at most"),
  })
})

const MISSING_FILES: readonly (readonly [NonNullable<CreateOptions['assets']>, string])[] = [
  [{ gpuRecognizerWorker: '/nowhere/gpu-recognizer.worker.js' }, 'did not start'],
  [{ jspiWasm: '/nowhere/ort.jspi.wasm' }, 'did not start (the WASM runtime'],
  [{ jspiGlue: '/nowhere/ort.jspi.mjs' }, 'did not start (onnxruntime does not start'],
  [{ selfTest: '/nowhere/self-test.wav' }, 'could not be tried out (the self-test clip'],
]
for (const [assets, reason] of MISSING_FILES) {
  test(`without its ${Object.keys(assets)[0]} auto goes on in WASM and says why`, async ({ page }) => {
    const runtime = await create(page, { model: MANIFEST_PATH, assets })
    expect(runtime).toMatchObject({ provider: 'wasm', reason: expect.stringContaining(reason) })
    expect((await analyze(page, ['en-three-one-four'])).results[0]?.text).toBe('3 1 4.')
    expect(modelRequests()).toBeLessThanOrEqual(1)
  })
}

test('a GPU that was found faster gives way to WASM where its files cannot be fetched any more', async ({
  page,
}) => {
  await create(page, { model: MANIFEST_PATH, provider: 'webgpu', threads: 1 })
  await close(page)
  // What a machine with a fast GPU would have kept.
  await page.evaluate(() => {
    for (const [key, text] of Object.entries({ ...localStorage })) {
      const entry = JSON.parse(text)
      if (key.startsWith('sensevoice-web provider')) entry.verdict.webgpuMs = 0
      localStorage.setItem(key, JSON.stringify(entry))
    }
  })
  const options = { model: MANIFEST_PATH, threads: 1 } as const
  expect((await create(page, options)).provider).toBe('webgpu')
  await close(page)
  const runtime = await create(page, { ...options, assets: { jspiWasm: '/nowhere/ort.jspi.wasm' } })
  expect(runtime).toMatchObject({ provider: 'wasm', reason: expect.stringContaining('did not start') })
  expect((await analyze(page, ['en-three-one-four'])).results[0]?.text).toBe('3 1 4.')
  await close(page)
  // Another version of the model needs the clip again.
  hostNewerModel(server)
  expect(await create(page, { ...options, assets: { selfTest: '/nowhere/self-test.wav' } })).toMatchObject({
    provider: 'wasm',
    reason: expect.stringContaining('could not be tried out'),
  })
  expect((await analyze(page, ['en-three-one-four'])).results[0]?.text).toBe('3 1 4.')
})

test('who insists on WebGPU is told which file is missing', async ({ page }) => {
  const failure = (assets: CreateOptions['assets']) =>
    page.evaluate(
      ([model, given]) =>
        globalThis.failure(
          globalThis.SpeechAnalyzer.create({ model, provider: 'webgpu', ...(given && { assets: given }) }),
        ),
      [MANIFEST_PATH, assets] as const,
    )
  expect(await failure({ selfTest: '/nowhere/self-test.wav' })).toMatchObject({
    code: 'model-not-found',
    message: expect.stringContaining('self-test.wav answered 404'),
  })
  expect(await failure({ jspiWasm: '/nowhere/ort.jspi.wasm' })).toMatchObject({
    code: 'worker-failed',
    message: expect.stringContaining('ort.jspi.wasm answered 404'),
  })
})
