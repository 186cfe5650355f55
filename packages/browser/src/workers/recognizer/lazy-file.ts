import type { ReadRange } from './range-reader.ts'

/**
 * A file as the array that onnxruntime-web wants external weights in, without ever being one: ranges are read when they are asked for. The WASM
 * build copies each weight with `file.subarray(begin, end)` into its heap, on this thread and in the middle of synchronous code, so an
 * OPFS file of 240 MB need not be in memory twice. Of an array it has what that code uses, `byteLength` and `subarray`; the rest is
 * empty, so code that wants more fails instead of reading zeros.
 */
export class LazyFile extends Uint8Array<ArrayBuffer> {
  readonly #bytes: number
  readonly #read: ReadRange

  constructor(bytes: number, read: ReadRange) {
    super(new ArrayBuffer(0))
    this.#bytes = bytes
    this.#read = read
  }

  override get byteLength(): number {
    return this.#bytes
  }

  override subarray(begin = 0, end = this.#bytes): Uint8Array<ArrayBuffer> {
    return this.#read(begin, end)
  }

  /** Methods of an array that make another one make a plain one. */
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array
  }
}
