import { expect, test } from '@playwright/test'
import { ISOLATED, PLAIN } from '../support/addresses.ts'
import { LIBRARY_PAGE, libraryReady } from '../support/library-page.ts'

const create = (options: object) => globalThis.failure(globalThis.SpeechAnalyzer.create(options))

test.beforeEach(async ({ page }) => {
  await page.goto(`${PLAIN}${LIBRARY_PAGE}`)
  await libraryReady(page)
})

test('loading tells its stages with bytes and how recognition will run', async ({ page }) => {
  await page.goto(`${ISOLATED}${LIBRARY_PAGE}`)
  await libraryReady(page)
  const { stages, runtime, model, own } = await page.evaluate(async () => {
    const stages: Record<string, { loaded: number; total: number | undefined }> = {}
    const analyzer = await globalThis.SpeechAnalyzer.create({
      onProgress: ({ stage, loadedBytes, totalBytes }) => {
        stages[stage] = { loaded: loadedBytes, total: totalBytes }
      },
    })
    const { runtime, model } = analyzer
    await analyzer.close()
    const own = performance
      .getEntriesByType('resource')
      .every(({ name }) => new URL(name).origin === location.origin)
    return { stages, runtime, model, own }
  })
  expect(Object.keys(stages).sort()).toEqual(['model', 'ready', 'runtime', 'vad', 'warm-up'])
  for (const stage of ['model', 'runtime', 'vad']) expect(stages[stage]?.loaded).toBe(stages[stage]?.total)
  expect(runtime).toMatchObject({ provider: 'wasm', isolated: true })
  expect(runtime.reason).toContain('isolated')
  expect(model.embedded).toBe(true)
  expect(model.notice).not.toBe('')
  expect(own).toBe(true)
})

test('a missing, replaced or damaged file is named before anything is heard', async ({ page }) => {
  await page.route('**/gone.onnx', (route) => route.fulfill({ status: 404, body: 'no' }))
  await page.route('**/page.onnx', (route) => route.fulfill({ body: '<!doctype html><title>app</title>' }))
  await page.route('**/damaged.onnx', async (route) => {
    const response = await route.fetch({ url: `${PLAIN}/library/models/tiny/model.int8.onnx` })
    const body = await response.body()
    body[1000] = (body[1000] ?? 0) ^ 1
    await route.fulfill({ body })
  })
  await page.route('**/broken.wasm', (route) =>
    route.fulfill({ body: 'no code', contentType: 'application/wasm' }),
  )
  await page.route('**/broken.json', (route) => route.fulfill({ body: '{"schema": 1}' }))
  await page.route('**/page.worker.js', (route) =>
    route.fulfill({ body: '<!doctype html>', contentType: 'text/html' }),
  )
  const attempts: Record<string, object> = {
    gone: { assets: { tinyModel: '/gone.onnx' } },
    page: { assets: { tinyModel: '/page.onnx' } },
    damaged: { assets: { tinyModel: '/damaged.onnx' } },
    manifest: { model: '/broken.json' },
    vad: { assets: { vadModel: '/gone.onnx' } },
    wasm: { assets: { wasm: '/page.onnx' } },
    brokenWasm: { assets: { wasm: '/broken.wasm' } },
    worker: { assets: { recognizerWorker: '/no-such.worker.js' } },
    pageAsWorker: { assets: { listenerWorker: '/page.worker.js' } },
    threads: { threads: 4 },
    vadOptions: { vad: { speechThreshold: 2 } },
  }
  const codes: Record<string, string | undefined> = {}
  for (const [name, options] of Object.entries(attempts)) {
    const error = await page.evaluate(create, options)
    codes[name] = error?.code
    expect(error?.message, name).not.toBe('')
  }
  expect(codes).toEqual({
    gone: 'model-not-found',
    page: 'model-not-found',
    damaged: 'model-corrupt',
    manifest: 'model-corrupt',
    vad: 'model-not-found',
    wasm: 'model-not-found',
    brokenWasm: 'not-supported',
    worker: 'worker-failed',
    pageAsWorker: 'worker-failed',
    threads: 'not-supported',
    vadOptions: 'invalid-argument',
  })
})

test('loading can be aborted', async ({ page }) => {
  const outcome = await page.evaluate(async () => {
    const controller = new AbortController()
    const reason = new Error('left the page')
    try {
      await globalThis.SpeechAnalyzer.create({
        signal: controller.signal,
        onProgress: () => controller.abort(reason),
      })
      return 'created'
    } catch (error) {
      return error === reason
    }
  })
  expect(outcome).toBe(true)
})

test('capabilities say what is there, and why not', async ({ page }) => {
  const plain = await page.evaluate(() => globalThis.SpeechAnalyzer.capabilities())
  expect(plain).toMatchObject({ canAnalyze: true, canListen: true, threads: { supported: false } })
  expect(plain.threads.reason).toContain('isolated')
  expect(plain.webAssemblySimd.supported).toBe(true)
  expect(plain.moduleWorkers.supported).toBe(true)
  await page.goto(`${ISOLATED}${LIBRARY_PAGE}`)
  await libraryReady(page)
  const isolated = await page.evaluate(() => globalThis.SpeechAnalyzer.capabilities())
  expect(isolated.threads.supported).toBe(true)
  expect(typeof isolated.webGpu.supported).toBe('boolean')
})
