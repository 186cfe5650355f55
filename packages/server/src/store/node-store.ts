import { createHash } from 'node:crypto'
import { type CreateHasher, ModelStore, type ModelStoreParts } from '@sensevoice-web/onnx'
import { DiskStorage } from './disk-storage.ts'
import { modelsHome } from './store-home.ts'

/** Node's own SHA-256: 2 GB/s, 4 times as fast as the best library in WASM. */
export const nodeHasher: CreateHasher = async () => {
  const hash = createHash('sha256')
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') }
}

/** The models on this machine's disk; without options those of `modelsHome()`. */
export function nodeStore(
  storage = new DiskStorage(modelsHome()),
  changes: Partial<ModelStoreParts> = {},
): ModelStore {
  return new ModelStore({ storage, fetch, createHasher: nodeHasher, ...changes })
}
