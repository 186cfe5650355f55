import { createHash } from 'node:crypto'
import type { LoadProgress } from '@sensevoice-web/engine'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { PREPARE_VERSION } from '../prepare/prepare-model.ts'
import { SMALL_PIECES, SMALL_TOKENS, smallFunasrModel, smallManifest } from '../test-data/small-model.ts'
import { byManifest, type Hosted, MODEL, StoreRig, TOKENS } from '../test-data/store-rig.ts'
import { SENSEVOICE_SMALL } from './catalogue.ts'
import { MemoryStorage } from './memory-storage.ts'
import type { ModelStore } from './model-store.ts'
import { writeFile } from './store-folder.ts'
import type { ModelStoreParts } from './store-parts.ts'
import { wantedByAddress } from './wanted-model.ts'

let rig: StoreRig
let storage: MemoryStorage
beforeAll(async () => {
  rig = await StoreRig.start()
})
afterAll(() => rig.server.stop())
beforeEach(() => {
  rig.next()
  storage = new MemoryStorage()
})

const store = (changes: Partial<ModelStoreParts> = {}): ModelStore => rig.store({ storage, ...changes })
const host = (hosted?: Hosted) => rig.host(hosted)
const paths = () => rig.server.requests.map(({ path }) => path.split('/').at(-1))

test('a model is fetched once, and is there without its server afterwards', async () => {
  const url = host()
  const stored = await store().open(byManifest(url))
  expect(stored.manifest).toMatchObject({ id: 'small', flavour: 'sherpa', embedded: false })
  expect(stored.tokens).toBe(SMALL_TOKENS)
  expect(await stored.model.read(0, stored.model.byteLength)).toEqual(MODEL)
  expect(paths()).toEqual(['manifest.json', 'tokens.txt', 'model.int8.onnx'])
  const offline: ModelStoreParts['fetch'] = () => Promise.reject(new TypeError('offline'))
  const again = await store({ fetch: offline }).open(byManifest(url))
  expect(again.key).toBe(stored.key)
  expect(paths()).toHaveLength(3)
})

test('another session goes on with a cut download', async () => {
  const url = host({ modelFaults: [{ type: 'cut', at: 10_000 }] })
  await expect(store({ attempts: 1 }).open(byManifest(url))).rejects.toMatchObject({ code: 'network' })
  expect(await store().list()).toMatchObject([
    { id: 'small', state: 'partial', totalBytes: MODEL.length + TOKENS.length },
  ])
  const progress: LoadProgress[] = []
  await store().open(byManifest(url), { onProgress: (one) => progress.push(one) })
  expect(rig.server.requests.at(-1)?.range).toBe('bytes=10000-')
  expect(new Set(progress.map(({ stage }) => stage))).toEqual(new Set(['verifying', 'model']))
  expect(progress.at(-1)).toEqual({ stage: 'model', loadedBytes: MODEL.length, totalBytes: MODEL.length })
  expect(await store().list()).toMatchObject([{ id: 'small', state: 'complete' }])
})

test('two callers make one download', async () => {
  const url = host({ modelFaults: [{ type: 'slow', pieceBytes: 4000, pauseMs: 20 }] })
  const [one, other] = await Promise.all([store().open(byManifest(url)), store().open(byManifest(url))])
  expect(other.key).toBe(one.key)
  expect(paths().filter((name) => name === 'model.int8.onnx')).toHaveLength(1)
})

test('a finished file whose model was never completed is hashed, not fetched again', async () => {
  const url = host({ modelFaults: [{ type: 'dead' }] })
  await expect(store({ attempts: 1 }).open(byManifest(url))).rejects.toThrow()
  const { key } = await store().open(byManifest(url))
  await storage.folder(key).remove('manifest.json')
  rig.server.requests.length = 0
  await store().open(byManifest(url))
  expect(paths()).toEqual(['manifest.json'])
})

test('an .onnx file by its address brings its facts itself', async () => {
  host()
  const wanted = wantedByAddress(rig.url('model.int8.onnx'))
  const { manifest, key } = await store().open(wanted)
  expect(manifest).toMatchObject({ flavour: 'sherpa', vocabularySize: SMALL_TOKENS.split('\n').length - 1 })
  expect(manifest.files.model.sha256).toBe(createHash('sha256').update(MODEL).digest('hex'))
  rig.server.requests.length = 0
  expect((await store().open(wanted)).key).toBe(key)
  expect(rig.server.requests).toEqual([])
})

const CUT_SHORT = MODEL.slice(0, MODEL.length - 5000)
test.each([
  ['a model that was cut short on its server', { model: CUT_SHORT }, 'model-corrupt', /not a readable ONNX/],
  [
    'a page in place of the model',
    { model: new TextEncoder().encode('<html>no</html>') },
    'model-not-found',
    /web page/,
  ],
  ['a FunASR export without facts', { model: smallFunasrModel() }, 'model-unsupported', /no metadata/],
  [
    'tokens of another model',
    { tokens: new TextEncoder().encode('<unk> 0\n') },
    'model-unsupported',
    /has 1 tokens/,
  ],
])('%s is refused by name and not kept', async (_, hosted, code, message) => {
  host(hosted)
  const wanted = wantedByAddress(rig.url('model.int8.onnx'))
  await expect(store().open(wanted)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  expect(await store().list()).toEqual([])
  expect(await storage.folders()).toEqual([])
})

test('a FunASR export by its addresses takes its facts from am.mvn, its tokens from tokens.json', async () => {
  const numbers = (value: number) => Array<number>(560).fill(value).join(' ')
  const cmvn = `<AddShift> 560 560\n[ ${numbers(-8)} ]\n<Rescale> 560 560\n[ ${numbers(0.25)} ]`
  const json = JSON.stringify(SMALL_PIECES)
  const urls = {
    model: rig.put('model_quant.onnx', smallFunasrModel()),
    tokens: rig.put('tokens.json', json),
    cmvn: rig.put('am.mvn', cmvn),
  }
  const { manifest, tokens } = await store().open({ type: 'files', ...urls })
  expect(manifest).toMatchObject({
    id: 'model_quant',
    flavour: 'funasr',
    vocabularySize: SMALL_PIECES.length,
  })
  expect(manifest.frontend).toMatchObject({ lfrWindowSize: 7, lfrWindowShift: 6 })
  expect(tokens).toBe(json)
  rig.put('am.mvn', '<html>')
  await expect(
    store({ storage: new MemoryStorage() }).open({ type: 'files', ...urls }),
  ).rejects.toMatchObject({
    code: 'model-not-found',
  })
})

test('a manifest of another flavour than its graph is refused', async () => {
  const url = host({ manifest: smallManifest(MODEL, 'funasr') })
  await expect(store().open(byManifest(url))).rejects.toMatchObject({ code: 'model-unsupported' })
})

test('a wrong hash leaves nothing and says so', async () => {
  const url = host({ modelFaults: [{ type: 'wrong-byte', at: 4000 }] })
  await expect(store().open(byManifest(url))).rejects.toMatchObject({ code: 'model-corrupt' })
  expect(await storage.folders()).toEqual([])
})

test('a newer version from the same address takes the place of the old one', async () => {
  const url = host()
  const old = await store().open(byManifest(url))
  const newer = MODEL.slice()
  newer[newer.length - 20_000] = (newer[newer.length - 20_000] ?? 0) ^ 1
  host({ model: newer })
  const stored = await store().open(byManifest(url))
  expect(stored.key).not.toBe(old.key)
  // Somebody still loads the old one: it goes with the first call that finds it unused.
  expect(await old.model.read(0, old.model.byteLength)).toEqual(MODEL)
  expect((await storage.folders()).toSorted()).toEqual([old.key, stored.key].toSorted())
  await old.release()
  await store().open(byManifest(url))
  expect(await storage.folders()).toEqual([stored.key])
})

test('a manifest that is gone is not covered up by an old copy, one out of reach is', async () => {
  const url = host()
  await store().open(byManifest(url))
  host({ manifestFaults: [{ type: 'status', status: 404 }] })
  await expect(store().open(byManifest(url))).rejects.toMatchObject({ code: 'model-not-found' })
  host({ manifestFaults: [{ type: 'status', status: 503 }] })
  expect((await store().open(byManifest(url))).manifest.id).toBe('small')
})

test('models are removed by key, id or address, with what was made of them', async () => {
  const url = host()
  const { folder, key, release } = await store().open(byManifest(url))
  const made = await folder.partial('prepared.onnx')
  await made.append(new Uint8Array(1000))
  await made.finish()
  const bytes = (await folder.files()).reduce((sum, file) => sum + file.bytes, 0)
  expect(await store().list()).toMatchObject([{ key, bytes }])
  expect(await store().remove('another')).toBe(0)
  await release()
  expect(await store().remove(url)).toBe(bytes)
  expect(await store().list()).toEqual([])
  await (await store().open(byManifest(url))).release()
  expect(await store().remove('small')).toBeGreaterThan(MODEL.length)
})

test('a model that is being downloaded is removed after the download, and not before', async () => {
  const slow = { type: 'slow', pieceBytes: 8_000, pauseMs: 10 } as const
  const url = host({ modelFaults: [slow] })
  const opening = store().open(byManifest(url))
  await expect.poll(async () => (await store().list())[0]?.bytes ?? 0).toBeGreaterThan(10_000)
  const removing = store().remove('small', { signal: AbortSignal.timeout(20_000) })
  const { model, release } = await opening
  expect(await model.read(0, model.byteLength)).toEqual(MODEL)
  await release()
  expect(await removing).toBeGreaterThan(MODEL.length)
  expect(await storage.folders()).toEqual([])
})

test('an opened model that is gone from the address is released', async () => {
  const url = host()
  await (await store().open(byManifest(url))).release()
  host({ manifestFaults: [{ type: 'status', status: 404 }] })
  await expect(store().open(byManifest(url))).rejects.toMatchObject({ code: 'model-not-found' })
  expect(await store().remove('small')).toBeGreaterThan(MODEL.length)
})

test('verify finds a changed byte, deletes the file, and the next open fetches it alone', async () => {
  const url = host()
  const { model, release } = await store().open(byManifest(url))
  await release()
  expect(await store().verify('small')).toEqual([])
  const bytes = await model.read(0, model.byteLength)
  bytes[5000] = (bytes[5000] ?? 0) ^ 1
  expect(await store().verify('small')).toMatchObject([
    { name: 'model.int8.onnx', fault: expect.stringMatching(/SHA-256/) },
  ])
  await expect(store().verify('small')).rejects.toMatchObject({ code: 'model-not-found' })
  rig.server.requests.length = 0
  await store().open(byManifest(url))
  expect(paths()).toEqual(['manifest.json', 'model.int8.onnx'])
  await expect(store().verify('nobody')).rejects.toMatchObject({ code: 'model-not-found' })
})

test('what was prepared of a file goes with it: nothing of it is laid over what comes in its place', async () => {
  host()
  const wanted = wantedByAddress(rig.url('model.int8.onnx'))
  const { key, folder, release } = await store().open(wanted)
  await writeFile(folder, `prepared-${PREPARE_VERSION}.integer.onnx`, Uint8Array.of(1))
  await release()
  const whole = await store().open(wanted)
  expect((await folder.files()).map(({ name }) => name)).toContain(`prepared-${PREPARE_VERSION}.integer.onnx`)
  await whole.release()
  await folder.remove('model.onnx')
  const newer = MODEL.slice()
  newer[newer.length - 20_000] = (newer[newer.length - 20_000] ?? 0) ^ 1
  host({ model: newer })
  const stored = await store().open(wanted)
  expect(stored.key).toBe(key)
  expect(await stored.model.read(0, stored.model.byteLength)).toEqual(newer)
  expect((await folder.files()).filter(({ name }) => name.startsWith('prepared-'))).toEqual([])
})

test('the published model is asked for at its hub and then at the mirror, and another file is not taken for it', async () => {
  const asked: string[] = []
  const wrong: ModelStoreParts['fetch'] = async (url) => {
    asked.push(url)
    return new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } })
  }
  await expect(
    store({ fetch: wrong }).open({ type: 'known', name: 'sensevoice-small' }),
  ).rejects.toMatchObject({
    code: 'model-not-found',
  })
  expect(asked).toEqual(SENSEVOICE_SMALL.files.tokens.urls)
  await expect(store().open({ type: 'known', name: 'whisper' })).rejects.toThrow(/no model called "whisper"/)
})
