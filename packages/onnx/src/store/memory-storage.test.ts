import { expect, test } from 'vitest'
import { modelStorageContract } from '../test-data/store-folder-contract.ts'
import { MemoryStorage } from './memory-storage.ts'

modelStorageContract({ test, expect }, async () => {
  const storage = new MemoryStorage()
  return { storage, reopen: () => storage }
})
