/** Read-only bytes that need not be in memory: a Blob of the origin-private file system, a file on disk, an array. */
export interface ByteSource {
  readonly byteLength: number
  /**
   * @returns exactly `length` bytes from `offset`; may share memory with the source, so it is not to be written to
   * @throws RangeError when the range is not inside the source
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

/** A Blob, e.g. a File of the origin-private file system: only the ranges asked for are read. */
export function blobSource(blob: BlobLike): ByteSource {
  return {
    blob,
    byteLength: blob.size,
    async read(offset, length) {
      checkRange(offset, length, blob.size)
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer())
    },
  }
}

/** @throws RangeError when `[offset, offset + length)` is not inside `[0, total)` */
export function checkRange(offset: number, length: number, total: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= total) return
  throw new RangeError(`bytes ${offset} to ${offset + length} are outside of ${total}`)
}
