import { open, stat } from 'node:fs/promises'
import { type ByteSource, checkRange } from '@sensevoice-web/onnx'
import { ifThere, onDisk } from './disk-error.ts'

/** A file on disk; opened for each read, so that nothing has to be closed. Undefined when there is none. */
export async function diskSource(path: string): Promise<ByteSource | undefined> {
  const info = await onDisk(path, () => ifThere(() => stat(path)))
  if (info === undefined || !info.isFile()) return undefined
  const byteLength = info.size
  return {
    byteLength,
    async read(offset, length) {
      checkRange(offset, length, byteLength)
      return await onDisk(path, () => readRange(path, offset, length))
    },
  }
}

async function readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  const file = await open(path, 'r')
  try {
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled)
      if (bytesRead === 0) throw new RangeError(`${path} has become shorter`)
      filled += bytesRead
    }
  } finally {
    await file.close()
  }
  return bytes
}
