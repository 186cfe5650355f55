import { writeFile } from '@sensevoice-web/onnx'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { modelStorageContract } from '../../../onnx/src/test-data/store-folder-contract.ts'
import { FakeCaches, FakeLocks } from '../test-data/fake-browser-storage.ts'
import { CacheModelStorage } from './cache-storage.ts'

// Node has neither; the same suite runs over the real ones in Chromium: e2e/library/model-storage.spec.ts.
beforeEach(() => {
  vi.stubGlobal('caches', new FakeCaches())
  vi.stubGlobal('navigator', { locks: new FakeLocks() })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

modelStorageContract({ test, expect }, async () => ({
  storage: new CacheModelStorage(),
  reopen: () => new CacheModelStorage(),
}))

test('a file is one Blob over its parts, and is not there once the browser has lost one of them', async () => {
  const folder = new CacheModelStorage().folder('model')
  const bytes = Uint8Array.from({ length: 9_000_000 }, (_, index) => (index * 7 + (index >> 9)) & 255)
  await writeFile(folder, 'a', bytes)
  const blob = (await folder.open('a'))?.blob
  expect(blob).toBeInstanceOf(Blob)
  expect(blob?.size).toBe(bytes.length)
  for (const joint of [4 << 20, 8 << 20]) {
    const across = await blob?.slice(joint - 5, joint + 5).arrayBuffer()
    expect([...new Uint8Array(across ?? new ArrayBuffer(0))]).toEqual([
      ...bytes.subarray(joint - 5, joint + 5),
    ])
  }
  const [name = ''] = await caches.keys()
  const cache = await caches.open(name)
  const lost = (await cache.keys()).find(({ url }) => url.endsWith('/1'))?.url ?? ''
  expect(await cache.delete(lost)).toBe(true)
  expect(await folder.open('a')).toBe(undefined)
  await writeFile(folder, 'a', Uint8Array.of(1))
  expect((await folder.open('a'))?.byteLength).toBe(1)
})
