import { readManifest, SpeechError } from '@sensevoice-web/engine'
import { MemoryStorage, type ModelStorage, writeFile } from '@sensevoice-web/onnx'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { tinyModel } from '../../../../../onnx/src/test-data/files.ts'
import { CacheModelStorage } from '../../../store/cache-storage.ts'
import { FakeCaches, FakeLocks } from '../../../test-data/fake-browser-storage.ts'
import type { ModelFiles } from '../opened-model.ts'
import { type BlockedModel, blockedModel, removeBlocked } from './blocked-model.ts'

beforeEach(() => {
  vi.stubGlobal('caches', new FakeCaches())
  vi.stubGlobal('navigator', { locks: new FakeLocks() })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const { model, tokens, manifest } = tinyModel()

/** The tiny model as it lies in a storage. */
async function filesIn(storage: ModelStorage): Promise<ModelFiles & Required<Pick<ModelFiles, 'folder'>>> {
  const folder = storage.folder('tiny')
  await writeFile(folder, 'model.onnx', model)
  const source = await folder.open('model.onnx')
  if (source === undefined) throw new Error('a file that was written is not there')
  const place = { kind: 'memory', failures: 0, reason: '' } as const
  return { manifest: readManifest(manifest), model: source, tokens, place, folder }
}

const namesIn = async ({ folder }: Awaited<ReturnType<typeof filesIn>>) =>
  (await folder.files()).map(({ name }) => name)

const contents = async ({ model, externalData }: BlockedModel) => ({
  graph: Buffer.from(model),
  data: await Promise.all(externalData.map(async ({ data }) => Buffer.from(await data.arrayBuffer()))),
})

test('what is prepared in Cache Storage is found again, and nothing is written then', async () => {
  const files = await filesIn(new CacheModelStorage())
  const first = await contents(await blockedModel(files))
  expect(first.data[0]?.equals(model)).toBe(true)
  const write = vi.spyOn(files.folder, 'partial')
  const second = await contents(await blockedModel(files))
  expect(write).not.toHaveBeenCalled()
  expect(second.graph.equals(first.graph)).toBe(true)
  expect(second.data.map((bytes, index) => bytes.equals(first.data[index] ?? Buffer.of()))).toEqual([
    true,
    true,
  ])
})

test('nothing is written to a place that would not hand out a Blob of it', async () => {
  const files = await filesIn(new MemoryStorage())
  const prepared = await contents(await blockedModel(files))
  expect(await namesIn(files)).toEqual(['model.onnx'])
  const stored = await contents(await blockedModel(await filesIn(new CacheModelStorage())))
  expect(prepared.graph.equals(stored.graph)).toBe(true)
  expect(prepared.data[1]?.equals(stored.data[1] ?? Buffer.of())).toBe(true)
})

test('weights whose graph finds no room are not left behind, and the model is prepared in memory', async () => {
  const files = await filesIn(new CacheModelStorage())
  const { partial } = files.folder
  vi.spyOn(files.folder, 'partial').mockImplementation(async (name) => {
    const file = await partial.call(files.folder, name)
    if (name.endsWith('.onnx')) {
      file.finish = () => Promise.reject(new SpeechError('quota-exceeded', 'no more room'))
    }
    return file
  })
  const prepared = await contents(await blockedModel(files))
  expect(await namesIn(files)).toEqual(['model.onnx'])
  const stored = await contents(await blockedModel(await filesIn(new CacheModelStorage())))
  expect(prepared.data[1]?.equals(stored.data[1] ?? Buffer.of())).toBe(true)
})

test('nothing is written where the browser says that there is no room for it', async () => {
  const files = await filesIn(new CacheModelStorage())
  const estimate = async () => ({ quota: 100e6, usage: 99e6 })
  vi.stubGlobal('navigator', { locks: new FakeLocks(), storage: { estimate } })
  const { data } = await contents(await blockedModel(files))
  expect(data[1]?.length).toBeGreaterThan(1e6)
  expect(await namesIn(files)).toEqual(['model.onnx'])
})

test('what was prepared is removed when nobody builds a session from it any more', async () => {
  const files = await filesIn(new CacheModelStorage())
  const { release } = await blockedModel(files)
  await removeBlocked(files)
  expect((await namesIn(files)).length).toBe(3)
  await release()
  await removeBlocked(files)
  expect(await namesIn(files)).toEqual(['model.onnx'])
})

test('a model that cannot be prepared is no longer in use', async () => {
  const files = await filesIn(new CacheModelStorage())
  const broken = { ...files, tokens: 'no\nvocabulary' }
  await expect(blockedModel(broken)).rejects.toMatchObject({ name: 'SpeechError' })
  await blockedModel(files).then(({ release }) => release())
  await removeBlocked(files)
  expect(await namesIn(files)).toEqual(['model.onnx'])
})
