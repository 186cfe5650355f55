import type { LoadProgress } from '@sensevoice-web/engine'
import type { ByteSource } from '../prepare/byte-source.ts'
import type { CreateHasher } from './hasher.ts'

const PIECE_BYTES = 4 << 20

/** SHA-256 of stored bytes in lower-case hex, read in pieces of 4 MiB. */
export async function sha256Of(
  source: ByteSource,
  createHasher: CreateHasher,
  options: {
    readonly signal?: AbortSignal | undefined
    onProgress?: ((progress: LoadProgress) => void) | undefined
  } = {},
): Promise<string> {
  const hasher = await createHasher()
  const totalBytes = source.byteLength
  for (let at = 0; at < totalBytes; at += PIECE_BYTES) {
    options.signal?.throwIfAborted()
    const piece = await source.read(at, Math.min(PIECE_BYTES, totalBytes - at))
    hasher.update(piece)
    options.onProgress?.({ stage: 'verifying', loadedBytes: at + piece.length, totalBytes })
  }
  return hasher.hex()
}
