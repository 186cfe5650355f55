import type { CreateHasher } from '@sensevoice-web/onnx'
import { createSHA256 } from 'hash-wasm'

/** SHA-256 in WASM: 500 MB/s, and the one that can be fed piece by piece (WebCrypto's takes a whole file). */
export const wasmHasher: CreateHasher = async () => {
  const hash = await createSHA256()
  hash.init()
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') }
}
