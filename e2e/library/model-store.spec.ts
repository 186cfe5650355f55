import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import type {
  CreateOptions,
  LoadProgress,
  ModelPlace,
  SpeechAnalyzer,
  ModelStore as Store,
  StoredModelInfo,
} from 'sensevoice-web'
import type { FaultServer } from '../../packages/onnx/src/test-data/fault-server.ts'
import { LIBRARY_PAGE, libraryReady, type Plain } from '../support/library-page.ts'
import {
  hostModel,
  MANIFEST_PATH,
  MODEL,
  MODEL_PATH,
  startModelHost,
  TOKENS,
  takeModelOffline,
} from '../support/model-host.ts'

declare global {
  var library: { ModelStore: typeof Store }
}

/** An origin of its own for every test, so that no test sees another's store. */
let server: FaultServer
test.beforeEach(async () => {
  server = await startModelHost()
})
test.afterEach(() => server.stop())

async function openPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.goto(server.url(LIBRARY_PAGE))
  await libraryReady(page)
  return page
}

interface Loaded {
  readonly error?: Plain
  readonly id?: string
  readonly place?: ModelPlace
  readonly text?: string
  readonly progress: readonly LoadProgress[]
}

/** Loads a model in the page, analyzes a clip with it and closes it; errors come back plain. */
async function load(page: Page, options: CreateOptions = { model: MANIFEST_PATH }): Promise<Loaded> {
  return await page.evaluate(async (options) => {
    const progress: LoadProgress[] = []
    try {
      const analyzer = await globalThis.SpeechAnalyzer.create({
        ...options,
        onProgress: (one) => progress.push(one),
      })
      const { results } = await analyzer.analyze('/audio/en-hello.wav', { vad: false })
      const { model, modelPlace } = analyzer
      await analyzer.close()
      return { id: model.id, place: modelPlace, text: results[0]?.text ?? '', progress }
    } catch (error) {
      const { name, message, code, hint, retryable } = error as Plain
      return { error: { name, message, code, hint, retryable }, progress }
    }
  }, options)
}

const stored = (page: Page): Promise<readonly StoredModelInfo[]> =>
  page.evaluate(() => globalThis.library.ModelStore.list())

/** Runs before the worker's own code. */
async function inWorker(context: BrowserContext, code: string): Promise<void> {
  await context.route('**/recognizer.worker.js', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: `${code}\n${await response.text()}` })
  })
}

/** The model so slowly that a test can do something meanwhile: 3.2 MB in two seconds or more. */
const SLOWLY = { type: 'slow', pieceBytes: 64_000, pauseMs: 40 } as const

test('a model is fetched once and works without its server afterwards', async ({ context }) => {
  const page = await openPage(context)
  const first = await load(page)
  expect(first.error).toBeUndefined()
  expect(first).toMatchObject({ id: 'hosted', place: { kind: 'origin-private-file-system', failures: 0 } })
  expect(first.text).not.toBe('')
  const whole = { stage: 'model', loadedBytes: MODEL.length, totalBytes: MODEL.length }
  expect(first.progress).toContainEqual(whole)
  takeModelOffline(server)
  await page.reload()
  await libraryReady(page)
  const again = await load(page)
  expect(again.error).toBeUndefined()
  expect(again.text).toBe(first.text)
  expect(server.ranges(MODEL_PATH)).toEqual([])
})

test('the download of a closed tab is gone on with', async ({ context }) => {
  hostModel(server, [SLOWLY])
  const page = await openPage(context)
  void load(page).catch(() => {})
  await expect.poll(async () => (await stored(page))[0]?.bytes ?? 0).toBeGreaterThan(500_000)
  await page.close()
  const next = await openPage(context)
  expect(await stored(next)).toMatchObject([{ id: 'hosted', state: 'partial' }])
  const { error, text, progress } = await load(next)
  expect(error).toBeUndefined()
  expect(text).not.toBe('')
  expect(server.ranges(MODEL_PATH)).toEqual(['all', expect.stringMatching(/^bytes=[1-9]\d{5,}-$/)])
  expect(progress.map(({ stage }) => stage)).toContain('verifying')
  expect(await stored(next)).toMatchObject([{ id: 'hosted', state: 'complete' }])
})

test('a download that the page aborts is gone on with', async ({ context }) => {
  hostModel(server, [SLOWLY])
  const page = await openPage(context)
  const ended = await page.evaluate(async (model) => {
    const leaving = new AbortController()
    const onProgress = ({ stage, loadedBytes }: LoadProgress) => {
      if (stage === 'model' && loadedBytes > 500_000) leaving.abort(new Error('left'))
    }
    const create = globalThis.SpeechAnalyzer.create({ model, signal: leaving.signal, onProgress })
    return await create.then(String, (error: Error) => error.message)
  }, MANIFEST_PATH)
  expect(ended).toBe('left')
  expect((await load(page)).error).toBeUndefined()
  expect(server.ranges(MODEL_PATH).at(-1)).toMatch(/^bytes=[1-9]\d{5,}-$/)
})

test('two tabs make one download, and both tell its progress', async ({ context }) => {
  hostModel(server, [SLOWLY])
  const pages = [await openPage(context), await openPage(context)]
  const both = await Promise.all(pages.map((page) => load(page)))
  for (const { error, text, progress } of both) {
    expect(error).toBeUndefined()
    expect(text).not.toBe('')
    const inBetween = progress.filter(
      ({ stage, loadedBytes }) => stage === 'model' && loadedBytes > 0 && loadedBytes < MODEL.length,
    )
    expect(inBetween.length).toBeGreaterThan(0)
  }
  expect(server.ranges(MODEL_PATH)).toEqual(['all'])
})

/** Removes the hosted model and tells how that ended; `waitMs` gives up later than by itself. */
const remove = (page: Page, waitMs?: number): Promise<number | string> =>
  page.evaluate(
    (ms) =>
      globalThis.library.ModelStore.remove(
        'hosted',
        ms === undefined ? {} : { signal: AbortSignal.timeout(ms) },
      ).catch(({ code, retryable }: Plain) => `${code} ${retryable ? 'for now' : 'for good'}`),
    waitMs,
  )

test('a model that another tab downloads is not removed; a removal with a signal waits for the tab', async ({
  context,
}) => {
  // Longer than a removal waits by itself.
  hostModel(server, [{ type: 'slow', pieceBytes: 32_000, pauseMs: 80 }])
  const [loading, removing] = [await openPage(context), await openPage(context)]
  const loaded = load(loading)
  await expect.poll(async () => (await stored(removing))[0]?.bytes ?? 0).toBeGreaterThan(100_000)
  expect(await remove(removing)).toBe('busy for now')
  const patient = remove(removing, 60_000)
  const { error, text } = await loaded
  expect(error).toBeUndefined()
  expect(text).not.toBe('')
  expect(await patient).toBeGreaterThan(MODEL.length)
  expect(await stored(removing)).toEqual([])
})

test('a model is not removed while another tab builds its session, and is once that tab has it', async ({
  context,
}) => {
  await load(await openPage(context))
  // The session is built of ranges that are read one by one: the first read holds on until the test lets it go on.
  await inWorker(
    context,
    `const create = FileSystemFileHandle.prototype.createSyncAccessHandle
     FileSystemFileHandle.prototype.createSyncAccessHandle = async function (options) {
       if (options?.mode === 'read-only') {
         const channel = new BroadcastChannel('reading')
         await new Promise((resolve) => {
           channel.onmessage = ({ data }) => data === 'go on' && resolve()
           channel.postMessage('reading')
         })
       }
       return await create.call(this, options)
     }`,
  )
  const [loading, removing] = [await openPage(context), await openPage(context)]
  const reading = removing.evaluate(
    () =>
      new Promise<void>((resolve) => {
        new BroadcastChannel('reading').onmessage = () => resolve()
      }),
  )
  const loaded = loading.evaluate(async (model) => {
    const analyzer = await globalThis.SpeechAnalyzer.create({ model })
    Object.assign(globalThis, { analyzer })
    return analyzer.modelPlace.kind
  }, MANIFEST_PATH)
  await reading
  expect(await remove(removing)).toBe('busy for now')
  await removing.evaluate(() => new BroadcastChannel('reading').postMessage('go on'))
  expect(await loaded).toBe('origin-private-file-system')
  expect(await remove(removing)).toBeGreaterThan(MODEL.length)
  const text = await loading.evaluate(async () => {
    const { analyzer } = globalThis as unknown as { analyzer: SpeechAnalyzer }
    return (await analyzer.analyze('/audio/en-hello.wav', { vad: false })).results[0]?.text
  })
  expect(text).not.toBe('')
})

test('a tab that is closed while it loads keeps nothing from being removed', async ({ context }) => {
  hostModel(server, [SLOWLY])
  const [loading, removing] = [await openPage(context), await openPage(context)]
  void load(loading).catch(() => {})
  await expect.poll(async () => (await stored(removing))[0]?.bytes ?? 0).toBeGreaterThan(100_000)
  await loading.close()
  expect(await remove(removing)).toBeGreaterThan(100_000)
  expect(await stored(removing)).toEqual([])
})

test('a wrong hash is said and leaves nothing behind', async ({ context }) => {
  hostModel(server, [{ type: 'wrong-byte', at: 1_000_000 }])
  const page = await openPage(context)
  const { error } = await load(page)
  expect(error).toMatchObject({ name: 'SpeechError', code: 'model-corrupt' })
  expect(error?.message).toContain('SHA-256')
  expect(await stored(page)).toEqual([])
  expect((await load(page)).error).toBeUndefined()
})

test('cuts, stalls of the line, pages and later-please end in the right file', async ({ context }) => {
  hostModel(server, [
    { type: 'status', status: 503, retryAfter: '0' },
    { type: 'cut', at: 400_000 },
    { type: 'status', status: 429, retryAfter: '1' },
    { type: 'ignored-range' },
  ])
  const page = await openPage(context)
  expect((await load(page)).error).toBeUndefined()
  hostModel(server, [{ type: 'gzip' }])
  await page.evaluate(() => globalThis.library.ModelStore.remove('hosted'))
  expect((await load(page)).error).toBeUndefined()
  hostModel(server, [{ type: 'page', as: 'text/html' }])
  await page.evaluate(() => globalThis.library.ModelStore.remove('hosted'))
  expect((await load(page)).error).toMatchObject({ code: 'model-not-found' })
  expect(await stored(page)).toEqual([])
})

test('where the quota is too small the model is kept in memory, and that is said', async ({ context }) => {
  const page = await openPage(context)
  const devtools = await context.newCDPSession(page)
  const origin = new URL(server.url('/')).origin
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 })
  const { error, place, text } = await load(page)
  expect(error).toBeUndefined()
  expect(place).toMatchObject({ kind: 'memory', failures: 1, reason: expect.stringMatching(/no room/) })
  expect(text).not.toBe('')
  expect(await stored(page)).toEqual([])
})

test('where the browser says beforehand that there is no room, nothing is written', async ({ context }) => {
  await inWorker(
    context,
    `navigator.storage.estimate = async () => ({ quota: 5_000_000, usage: 4_000_000 })
     FileSystemFileHandle.prototype.createSyncAccessHandle = () => { throw new Error('it was written to') }`,
  )
  const page = await openPage(context)
  const { error, place } = await load(page)
  expect(error).toBeUndefined()
  expect(place).toMatchObject({ kind: 'memory', failures: 1 })
  expect(place?.reason).toMatch(/needs 7\.\d MB more, and 1\.0 MB may still be stored/)
  expect(server.ranges(MODEL_PATH)).toEqual(['all'])
})

test('storage that fails in the middle hands its bytes over to memory', async ({ context }) => {
  await inWorker(
    context,
    `const write = FileSystemSyncAccessHandle.prototype.write
     FileSystemSyncAccessHandle.prototype.write = function (bytes, { at }) {
       if (at + bytes.byteLength > 1_500_000) throw new DOMException('full', 'QuotaExceededError')
       return write.call(this, bytes, { at })
     }`,
  )
  hostModel(server, [SLOWLY])
  const page = await openPage(context)
  const { error, place, text } = await load(page)
  expect(error).toBeUndefined()
  expect(place).toMatchObject({ kind: 'memory', failures: 1 })
  expect(text).not.toBe('')
  expect(server.ranges(MODEL_PATH)).toEqual(['all', expect.stringMatching(/^bytes=1[1-4]\d{5}-$/)])
  expect(await stored(page)).toEqual([])
})

test('without the origin-private file system the model is kept in Cache Storage', async ({ context }) => {
  await inWorker(context, 'delete FileSystemFileHandle.prototype.createSyncAccessHandle')
  const page = await openPage(context)
  expect(await load(page)).toMatchObject({ place: { kind: 'cache-storage', failures: 0 } })
  takeModelOffline(server)
  expect(await load(page)).toMatchObject({
    place: { kind: 'cache-storage' },
    text: expect.stringMatching(/\S/),
  })
  expect(await stored(page)).toMatchObject([{ id: 'hosted', state: 'complete', place: 'cache-storage' }])
  const freed = await page.evaluate(() => globalThis.library.ModelStore.remove('hosted'))
  expect(freed).toBeGreaterThan(MODEL.length)
  expect(await stored(page)).toEqual([])
})

test('offline a model that is not stored is missed at once, and what has come is kept', async ({
  context,
}) => {
  await inWorker(context, "Object.defineProperty(WorkerNavigator.prototype, 'onLine', { get: () => false })")
  hostModel(server, [{ ...SLOWLY, cutAt: 640_000 }, { type: 'dead' }])
  const page = await openPage(context)
  const { error } = await load(page)
  expect(error).toMatchObject({ code: 'network', retryable: true })
  expect(server.ranges(MODEL_PATH)).toEqual(['all'])
  expect(await stored(page)).toMatchObject([{ id: 'hosted', state: 'partial' }])
})

test('list, usage and remove tell of the same bytes', async ({ context }) => {
  const page = await openPage(context)
  expect(await stored(page)).toEqual([])
  await load(page)
  const [model] = await stored(page)
  expect(model).toMatchObject({
    id: 'hosted',
    source: server.url(MANIFEST_PATH),
    state: 'complete',
    totalBytes: MODEL.length + TOKENS.length,
  })
  expect(model?.license.attribution).not.toBe('')
  const usage = await page.evaluate(() => globalThis.library.ModelStore.usage())
  expect(usage.modelBytes).toBe(model?.bytes)
  expect(usage.quotaBytes).toBeGreaterThan(usage.usedBytes ?? 0)
  expect(usage.usedBytes).toBeGreaterThan(MODEL.length)
  const freed = await page.evaluate(() => globalThis.library.ModelStore.remove('hosted'))
  expect(freed).toBe(model?.bytes)
  expect(await page.evaluate(() => globalThis.library.ModelStore.remove('hosted'))).toBe(0)
  expect(await stored(page)).toEqual([])
})

test('the published model is asked for at its hosts by its name alone', async ({ context }) => {
  const asked: string[] = []
  const page = await openPage(context)
  await context.route(/huggingface|hf-mirror/, async (route) => {
    asked.push(new URL(route.request().url()).host)
    await route.fulfill({ status: 404, headers: { 'access-control-allow-origin': '*' }, body: 'no' })
  })
  const known = await page.evaluate(() => globalThis.library.ModelStore.known())
  expect(known).toMatchObject([{ id: 'sensevoice-small', bytes: 239_549_735 }])
  expect(known[0]?.license.name).toContain('FunASR')
  expect(asked).toEqual([])
  const { error } = await load(page, { model: 'sensevoice-small' })
  expect(error).toMatchObject({ code: 'model-not-found' })
  expect(asked).toEqual(known[0]?.hosts)
})

test('a model of another origin that hides its headers is gone on with', async ({ context }) => {
  const hub = await startModelHost()
  try {
    hub.headers = { 'Access-Control-Allow-Origin': '*' }
    hostModel(hub, [{ ...SLOWLY, cutAt: 700_000 }])
    const page = await openPage(context)
    expect((await load(page, { model: hub.url(MANIFEST_PATH) })).error).toBeUndefined()
    expect(hub.ranges(MODEL_PATH)).toEqual(['all', expect.stringMatching(/^bytes=\d+-$/)])
  } finally {
    await hub.stop()
  }
})

test('an .onnx file is loaded by its address, and by itself from the disk', async ({ context }) => {
  const page = await openPage(context)
  const byAddress = await load(page, { model: MODEL_PATH })
  expect(byAddress).toMatchObject({ id: 'model.int8', place: { kind: 'origin-private-file-system' } })
  const local = await page.evaluate(async (path) => {
    const bytes = async (address: string) => (await fetch(address)).blob()
    const model = new File([await bytes(path)], 'mine.onnx')
    const tokens = new File([await bytes('/hub/tokens.txt')], 'tokens.txt')
    const folder = await navigator.storage.getDirectory()
    const handle = await folder.getFileHandle('kept.onnx', { create: true })
    const writer = await handle.createWritable()
    await writer.write(model)
    await writer.close()
    const found: unknown[] = []
    for (const file of [model, handle]) {
      const analyzer = await globalThis.SpeechAnalyzer.create({ model: { model: file, tokens } })
      const { results } = await analyzer.analyze('/audio/en-hello.wav', { vad: false })
      found.push({ id: analyzer.model.id, kind: analyzer.modelPlace.kind, text: results[0]?.text })
      await analyzer.close()
    }
    return found
  }, MODEL_PATH)
  expect(local).toEqual([
    { id: 'mine', kind: 'file', text: byAddress.text },
    { id: 'kept', kind: 'file', text: byAddress.text },
  ])
})

test('files that are no such model are refused by what they are', async ({ context }) => {
  const page = await openPage(context)
  const refused = await page.evaluate(async (path) => {
    const model = await (await fetch(path)).blob()
    const tokens = await (await fetch('/hub/tokens.txt')).blob()
    const vad = await (await fetch('/library/models/silero_vad_v6.onnx')).blob()
    const files: Record<string, unknown> = {
      page: { model: new Blob(['<!doctype html><title>model</title>']), tokens },
      short: { model: model.slice(0, 2_000_000), tokens },
      another: { model: vad, tokens },
      foreign: { model, tokens: new Blob(['<unk> 0\n']) },
      alone: model,
    }
    const codes: Record<string, string> = {}
    for (const [name, choice] of Object.entries(files)) {
      const error = await globalThis.failure(
        globalThis.SpeechAnalyzer.create({ model: choice as { model: Blob; tokens: Blob } }),
      )
      codes[name] = `${error?.code}: ${error?.message}`
    }
    return codes
  }, MODEL_PATH)
  expect(refused).toEqual({
    page: expect.stringMatching(/^model-corrupt: the model is a web page/),
    short: expect.stringMatching(/^model-corrupt: the model is not a readable ONNX file/),
    another: expect.stringMatching(/^model-unsupported: /),
    foreign: expect.stringMatching(/^model-unsupported: the token list has 1 tokens/),
    alone: expect.stringMatching(/^invalid-argument: a model file needs its tokens/),
  })
})
