import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { PartialFile } from '@sensevoice-web/onnx'
import { ifThere, onDisk } from './disk-error.ts'

const PIECE_BYTES = 4 << 20

export const PARTIAL = '.partial'
export const TAG = '.partial-tag'

/** A download on disk: `<name>.partial`, renamed at the end. */
export class DiskPartial implements PartialFile {
  readonly #path: string
  #file: FileHandle | undefined
  #bytes: number
  #tag: string | undefined

  private constructor(path: string, file: FileHandle, bytes: number, tag: string | undefined) {
    this.#path = path
    this.#file = file
    this.#bytes = bytes
    this.#tag = tag
  }

  /** @param path of the finished file */
  static async open(path: string): Promise<DiskPartial> {
    return await onDisk(path, async () => {
      const file = (await ifThere(() => open(path + PARTIAL, 'r+'))) ?? (await open(path + PARTIAL, 'wx+'))
      const tag = await ifThere(() => readFile(path + TAG, 'utf8'))
      return new DiskPartial(path, file, (await file.stat()).size, tag)
    })
  }

  get bytes(): number {
    return this.#bytes
  }

  get tag(): string | undefined {
    return this.#tag
  }

  async setTag(tag: string): Promise<void> {
    await onDisk(this.#path, () => writeFile(this.#path + TAG, tag))
    this.#tag = tag
  }

  async append(bytes: Uint8Array): Promise<void> {
    await onDisk(this.#path, async () => {
      let written = 0
      while (written < bytes.length) {
        const rest = bytes.length - written
        const { bytesWritten } = await this.#open().write(bytes, written, rest, this.#bytes)
        written += bytesWritten
        this.#bytes += bytesWritten
      }
    })
  }

  async *read(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < this.#bytes; ) {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, this.#bytes - at))
      const { bytesRead } = await onDisk(this.#path, () => this.#open().read(piece, 0, piece.length, at))
      if (bytesRead === 0) return
      at += bytesRead
      yield piece.subarray(0, bytesRead)
    }
  }

  async clear(): Promise<void> {
    await onDisk(this.#path, async () => {
      await this.#open().truncate(0)
      await rm(this.#path + TAG, { force: true })
    })
    this.#bytes = 0
    this.#tag = undefined
  }

  async finish(): Promise<void> {
    await onDisk(this.#path, async () => {
      await this.#open().sync()
      await this.close()
      await rename(this.#path + PARTIAL, this.#path)
      await rm(this.#path + TAG, { force: true })
      await syncFolder(dirname(this.#path))
    })
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  async remove(): Promise<void> {
    await onDisk(this.#path, async () => {
      await this.close()
      await rm(this.#path + PARTIAL, { force: true })
      await rm(this.#path + TAG, { force: true })
    })
  }

  #open(): FileHandle {
    if (this.#file === undefined) throw new Error('the partial file was closed')
    return this.#file
  }
}

/** The new name has to survive a power cut too. Windows and some file systems know no such thing. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    await folder.sync().finally(() => folder.close())
  } catch {
    // The file's own bytes are safe; at worst the download is repeated.
  }
}
