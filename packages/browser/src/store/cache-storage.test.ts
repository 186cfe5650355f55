import { afterEach, beforeEach, vi } from 'vitest'
import { modelStorageContract } from '../../../onnx/src/test-data/store-folder-contract.ts'
import { FakeCaches, FakeLocks } from '../test-data/fake-browser-storage.ts'
import { CacheModelStorage } from './cache-storage.ts'

// Node has neither; the same suite's cases run in Chromium through e2e/library/model-store.spec.ts.
beforeEach(() => {
  vi.stubGlobal('caches', new FakeCaches())
  vi.stubGlobal('navigator', { locks: new FakeLocks() })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

modelStorageContract(async () => ({
  storage: new CacheModelStorage(),
  reopen: () => new CacheModelStorage(),
}))
