import type { PartialFile } from '@sensevoice-web/onnx'
import {
  type FileRecord,
  readPart,
  readRecord,
  removeParts,
  removeRecord,
  writePart,
  writeRecord,
} from './cache-records.ts'
import { stored } from './storage-error.ts'

/** Bytes are put in parts of this size: less than one is lost with a closed tab. */
const PART_BYTES = 4 << 20

/** A download in Cache Storage, which knows no appending: parts one after the other, and a record of them. */
export class CachePartial implements PartialFile {
  readonly #cache: Cache
  readonly #name: string
  #record: FileRecord
  #buffer = new Uint8Array(PART_BYTES)
  #buffered = 0
  #used = false

  private constructor(cache: Cache, name: string, record: FileRecord) {
    this.#cache = cache
    this.#name = name
    this.#record = record
  }

  static async open(cache: Cache, name: string): Promise<CachePartial> {
    return new CachePartial(cache, name, (await readRecord(cache, name, true)) ?? newRecord())
  }

  get bytes(): number {
    return this.#record.parts.reduce((sum, bytes) => sum + bytes, 0) + this.#buffered
  }

  get tag(): string | undefined {
    return this.#record.tag
  }

  async setTag(tag: string): Promise<void> {
    await stored(() => this.#keep({ ...this.#record, tag }))
  }

  async append(bytes: Uint8Array): Promise<void> {
    await stored(async () => {
      for (let at = 0; at < bytes.length; ) {
        const piece = bytes.subarray(at, at + PART_BYTES - this.#buffered)
        this.#buffer.set(piece, this.#buffered)
        this.#buffered += piece.length
        at += piece.length
        if (this.#buffered === PART_BYTES) await this.#flush()
      }
    })
  }

  async *read(): AsyncIterable<Uint8Array> {
    const { generation, parts } = this.#record
    for (const index of parts.keys()) {
      yield await stored(() => readPart(this.#cache, this.#name, generation, index))
    }
    if (this.#buffered > 0) yield this.#buffer.slice(0, this.#buffered)
  }

  async clear(): Promise<void> {
    await stored(async () => {
      await removeRecord(this.#cache, this.#name, true)
      await removeParts(
        this.#cache,
        this.#name,
        (await readRecord(this.#cache, this.#name, false))?.generation,
      )
    })
    this.#record = newRecord()
    this.#buffered = 0
  }

  async finish(): Promise<void> {
    await stored(async () => {
      await this.#flush()
      const { generation, parts } = this.#record
      await writeRecord(this.#cache, this.#name, false, { generation, parts })
      this.#used = true
      await removeRecord(this.#cache, this.#name, true)
      await removeParts(this.#cache, this.#name, generation)
    })
  }

  async close(): Promise<void> {
    if (this.#used) return
    this.#used = true
    await stored(() => this.#flush())
  }

  async remove(): Promise<void> {
    this.#used = true
    await this.clear()
  }

  async #flush(): Promise<void> {
    if (this.#buffered === 0) return
    await writePart(this.#cache, this.#name, this.#record, this.#buffer.slice(0, this.#buffered))
    await this.#keep({ ...this.#record, parts: [...this.#record.parts, this.#buffered] })
    this.#buffered = 0
  }

  async #keep(record: FileRecord): Promise<void> {
    await writeRecord(this.#cache, this.#name, true, record)
    this.#record = record
  }
}

function newRecord(): FileRecord {
  return { generation: crypto.randomUUID(), parts: [] }
}
