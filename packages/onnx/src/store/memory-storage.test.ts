import { modelStorageContract } from '../test-data/store-folder-contract.ts'
import { MemoryStorage } from './memory-storage.ts'

modelStorageContract(async () => {
  const storage = new MemoryStorage()
  return { storage, reopen: () => storage }
})
