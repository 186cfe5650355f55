import { SpeechError } from '@sensevoice-web/engine'

/** Read-only bytes that need not be in memory: a Blob of the origin-private file system, a file on disk, an array. */
export interface ByteSource {
  readonly byteLength: number
  /**
   * @returns exactly `length` bytes from `offset`; may share memory with the source, so it is not to be written to
   * @throws RangeError when the range is not inside the source; SpeechError `file-unreadable` when the place it lies in fails
   */
  read(offset: number, length: number): Promise<Uint8Array>
  /** The Blob behind, where there is one: some readers take it as it is. */
  readonly blob?: BlobLike
}

/** Bytes that are in memory already. Ranges are views, not copies. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    byteLength: bytes.byteLength,
    async read(offset, length) {
      checkRange(offset, length, bytes.byteLength)
      return bytes.subarray(offset, offset + length)
    },
  }
}

/** What is used of a Blob or File: `@types/node` and the DOM declare the same. */
export interface BlobLike {
  readonly size: number
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> }
}

/**
 * A Blob, e.g. a File of the origin-private file system: only the ranges asked for are read. What the browser throws is no word on the bytes: nobody
 * may take it for a damaged file.
 */
export function blobSource(blob: BlobLike): ByteSource {
  return {
    blob,
    byteLength: blob.size,
    async read(offset, length) {
      checkRange(offset, length, blob.size)
      try {
        return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer())
      } catch (cause) {
        const name = cause instanceof Error ? cause.name : String(cause)
        throw new SpeechError(
          'file-unreadable',
          `bytes ${offset} to ${offset + length} cannot be read (${name})`,
          {
            hint: 'Try again; where the file was changed or removed meanwhile, choose it or fetch it again.',
            retryable: true,
            cause,
          },
        )
      }
    },
  }
}

/** What every `ByteSource` asks of a range. @throws RangeError when `[offset, offset + length)` is not inside `[0, total)` */
export function checkRange(offset: number, length: number, total: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= total) return
  throw new RangeError(`bytes ${offset} to ${offset + length} are outside of ${total}`)
}
