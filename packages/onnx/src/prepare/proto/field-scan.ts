import { PbfReader } from 'pbf'
import type { ByteSource } from '../byte-source.ts'

/** One field of a message, its content not read yet. */
export interface FoundField {
  readonly number: number
  /** Of the content of a length-delimited field; for other wire types of the value. */
  readonly offset: number
  readonly length: number
}

const WINDOW_BYTES = 1 << 18
/** A tag and a length are two varints of at most 10 bytes. */
const LONGEST_HEADER_BYTES = 20

const VARINT = 0
const FIXED_64 = 1
const LENGTH_DELIMITED = 2
const FIXED_32 = 5

/** Reads small things through one window, so that 5,000 nodes in a row are a few reads of the source. */
export class WindowedSource {
  readonly #source: ByteSource
  #window: Uint8Array = new Uint8Array(0)
  #start = 0

  constructor(source: ByteSource) {
    this.#source = source
  }

  get byteLength(): number {
    return this.#source.byteLength
  }

  /** @throws RangeError when the range is not inside the source */
  async read(offset: number, length: number): Promise<Uint8Array> {
    if (length > WINDOW_BYTES) return this.#source.read(offset, length)
    if (offset < this.#start || offset + length > this.#start + this.#window.length) {
      const wanted = Math.max(length, Math.min(WINDOW_BYTES, this.#source.byteLength - offset))
      this.#window = await this.#source.read(offset, wanted)
      this.#start = offset
    }
    return this.#window.subarray(offset - this.#start, offset - this.#start + length)
  }
}

/**
 * The fields of the message in `[begin, end)`, one after the other; contents are skipped, so a message of 240 MB costs only its headers.
 *
 * @throws RangeError when a field reaches beyond the message: the file was cut short, or it is no protobuf
 */
export async function* scanFields(
  source: WindowedSource,
  begin: number,
  end: number,
): AsyncGenerator<FoundField> {
  let position = begin
  while (position < end) {
    const header = await source.read(position, Math.min(LONGEST_HEADER_BYTES, end - position))
    const field = readHeader(header, position)
    const next = field.offset + field.length
    if (next > end)
      throw new RangeError(`field ${field.number} at byte ${position} reaches beyond its message`)
    yield field
    position = next
  }
}

function readHeader(header: Uint8Array, position: number): FoundField {
  const reader = new PbfReader(header)
  const tag = reader.readVarint()
  const number = tag >> 3
  switch (tag & 7) {
    case VARINT: {
      const offset = position + reader.pos
      reader.readVarint()
      return { number, offset, length: position + reader.pos - offset }
    }
    case FIXED_64:
      return { number, offset: position + reader.pos, length: 8 }
    case LENGTH_DELIMITED: {
      const length = reader.readVarint()
      return { number, offset: position + reader.pos, length }
    }
    case FIXED_32:
      return { number, offset: position + reader.pos, length: 4 }
    default:
      throw new RangeError(`byte ${position} starts no protobuf field`)
  }
}
