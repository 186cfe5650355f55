import { SpeechError } from '@sensevoice-web/engine'
import { type PartialFile, wait } from '@sensevoice-web/onnx'
import { ifThere, PARTIAL, TAG } from '../../store/opfs-storage.ts'
import { stored } from '../../store/storage-error.ts'

const PIECE_BYTES = 4 << 20
/** So much may be lost in a power cut; a closed tab loses nothing. */
const FLUSH_BYTES = 16 << 20
/** The handle of a worker that was just ended is freed a little later. */
const HANDLE_RETRIES = 20
const RETRY_MS = 100

/** What TypeScript's library does not know of yet; every browser with sync access handles has it (Chrome 102, Firefox 111, Safari 15.2). */
interface MovableHandle extends FileSystemFileHandle {
  move(name: string): Promise<void>
}

/** A download in the origin-private file system: `<name>.partial`, renamed at the end. */
export class OpfsPartial implements PartialFile {
  readonly #folder: FileSystemDirectoryHandle
  readonly #name: string
  readonly #handle: FileSystemFileHandle
  #access: FileSystemSyncAccessHandle | undefined
  #bytes: number
  #flushedBytes: number
  #tag: string | undefined

  private constructor(
    folder: FileSystemDirectoryHandle,
    name: string,
    opened: { handle: FileSystemFileHandle; access: FileSystemSyncAccessHandle; tag: string | undefined },
  ) {
    this.#folder = folder
    this.#name = name
    this.#handle = opened.handle
    this.#access = opened.access
    this.#bytes = opened.access.getSize()
    this.#flushedBytes = this.#bytes
    this.#tag = opened.tag
  }

  static async open(folder: FileSystemDirectoryHandle, name: string): Promise<OpfsPartial> {
    const handle = await folder.getFileHandle(name + PARTIAL, { create: true })
    const tag = await ifThere(
      async () => await (await (await folder.getFileHandle(name + TAG)).getFile()).text(),
    )
    return new OpfsPartial(folder, name, { handle, access: await accessTo(handle), tag })
  }

  get bytes(): number {
    return this.#bytes
  }

  get tag(): string | undefined {
    return this.#tag
  }

  async setTag(tag: string): Promise<void> {
    await stored(async () => {
      const access = await accessTo(await this.#folder.getFileHandle(this.#name + TAG, { create: true }))
      try {
        access.truncate(0)
        writeAll(access, new TextEncoder().encode(tag), 0)
      } finally {
        access.close()
      }
    })
    this.#tag = tag
  }

  async append(bytes: Uint8Array): Promise<void> {
    await stored(async () => {
      const access = this.#open()
      writeAll(access, bytes, this.#bytes)
      this.#bytes += bytes.length
      if (this.#bytes - this.#flushedBytes < FLUSH_BYTES) return
      access.flush()
      this.#flushedBytes = this.#bytes
    })
  }

  async *read(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < this.#bytes; ) {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, this.#bytes - at))
      const read = await stored(async () => this.#open().read(piece, { at }))
      if (read === 0) return
      at += read
      yield piece.subarray(0, read)
    }
  }

  async clear(): Promise<void> {
    await stored(async () => {
      this.#open().truncate(0)
      await ifThere(() => this.#folder.removeEntry(this.#name + TAG))
    })
    this.#bytes = 0
    this.#flushedBytes = 0
    this.#tag = undefined
  }

  async finish(): Promise<void> {
    await stored(async () => {
      this.#open().flush()
      await this.close()
      // Where a file of that name is, some browsers refuse the move.
      await ifThere(() => this.#folder.removeEntry(this.#name))
      await (this.#handle as MovableHandle).move(this.#name)
      await ifThere(() => this.#folder.removeEntry(this.#name + TAG))
    })
  }

  async close(): Promise<void> {
    this.#access?.close()
    this.#access = undefined
  }

  async remove(): Promise<void> {
    await this.close()
    await stored(async () => {
      for (const ending of [PARTIAL, TAG]) await ifThere(() => this.#folder.removeEntry(this.#name + ending))
    })
  }

  #open(): FileSystemSyncAccessHandle {
    if (this.#access === undefined) throw new Error('the partial file was closed')
    return this.#access
  }
}

function writeAll(access: FileSystemSyncAccessHandle, bytes: Uint8Array, at: number): void {
  // A view on shared memory cannot be written; ours never is one.
  const written = access.write(bytes as Uint8Array<ArrayBuffer>, { at })
  // Chromium tells a full disk by an impossible number instead of an exception.
  if (written === bytes.length) return
  access.truncate(at)
  throw new SpeechError('quota-exceeded', `the browser gave no room for the bytes from ${at} on`, {
    hint: 'Remove another model (ModelStore.remove), or free some space on the disk.',
  })
}

async function accessTo(handle: FileSystemFileHandle): Promise<FileSystemSyncAccessHandle> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await handle.createSyncAccessHandle()
    } catch (error) {
      const held = error instanceof DOMException && error.name === 'NoModificationAllowedError'
      if (!held || attempt === HANDLE_RETRIES) throw error
      await wait(RETRY_MS)
    }
  }
}
