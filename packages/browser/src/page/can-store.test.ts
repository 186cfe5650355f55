import { afterEach, expect, test, vi } from 'vitest'
import { FakeCaches } from '../test-data/fake-browser-storage.ts'
import { canStore } from './can-store.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const refuse = () => Promise.reject(new DOMException('no', 'SecurityError'))

function browser({ getDirectory, caches }: { getDirectory?: () => Promise<object>; caches?: object }): void {
  vi.stubGlobal('navigator', { storage: getDirectory && { getDirectory } })
  vi.stubGlobal('caches', caches)
}

test('the origin-private file system is a place, and so is Cache Storage', async () => {
  browser({ getDirectory: async () => ({}) })
  expect(await canStore()).toBe(true)
  browser({ getDirectory: refuse, caches: new FakeCaches() })
  expect(await canStore()).toBe(true)
})

test('a browser that refuses both, or has neither, stores nothing', async () => {
  browser({ getDirectory: refuse, caches: { keys: refuse } })
  expect(await canStore()).toBe(false)
  browser({})
  expect(await canStore()).toBe(false)
})
