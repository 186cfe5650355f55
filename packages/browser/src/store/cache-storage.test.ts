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
