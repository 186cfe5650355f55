import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { onDisk } from '../store/disk-error.ts'
import { PARTIAL } from '../store/disk-partial.ts'

/** What a file held when it was written. */
export interface FileProof {
  readonly bytes: number
  readonly sha256: string
}

/**
 * Opens a file that is there whole or not at all, and is hashed while it is written.
 *
 * @throws SpeechError `quota-exceeded`, `file-unreadable` here and by what is returned
 */
export async function provenFile(path: string) {
  const partial = path + PARTIAL
  const file = await onDisk(partial, () => open(partial, 'w'))
  const hash = createHash('sha256')
  let written = 0
  let closed = false
  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    await file.close()
  }
  return {
    async append(bytes: Uint8Array): Promise<void> {
      await onDisk(partial, () => file.appendFile(bytes))
      hash.update(bytes)
      written += bytes.length
    },
    async commit(): Promise<FileProof> {
      await onDisk(partial, () => file.sync())
      await close()
      await onDisk(path, () => rename(partial, path))
      return { bytes: written, sha256: hash.digest('hex') }
    },
    async abandon(): Promise<void> {
      await close()
      await rm(partial, { force: true })
    },
  }
}
