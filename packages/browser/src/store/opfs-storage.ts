import {
  type ByteSource,
  blobSource,
  type FolderEntry,
  type ModelStorage,
  type PartialFile,
  type Release,
  type StoreFolder,
} from '@sensevoice-web/onnx'
import { holdUse, ifNotUsed, withLock } from './locks.ts'
import { freeBytes, stored } from './storage-error.ts'

export const PARTIAL = '.partial'
export const TAG = '.partial-tag'
const ROOT = ['sensevoice-web', 'models'] as const

/** Writing needs a handle that only dedicated workers have. */
export type OpenPartial = (folder: FileSystemDirectoryHandle, name: string) => Promise<PartialFile>

/** A finished file, with what a worker reads it synchronously through. */
export interface OpfsSource extends ByteSource {
  readonly handle: FileSystemFileHandle
}

export function isOpfsSource(source: ByteSource): source is OpfsSource {
  return 'handle' in source
}

/** Models in the origin-private file system, one folder each. */
export class OpfsStorage implements ModelStorage {
  readonly kind = 'origin-private-file-system'
  readonly #openPartial: OpenPartial

  constructor(openPartial: OpenPartial) {
    this.#openPartial = openPartial
  }

  async folders(): Promise<readonly string[]> {
    return await stored(async () => {
      const names: string[] = []
      const root = await folderAt(ROOT)
      if (root === undefined) return names
      for await (const [name, handle] of entriesOf(root)) if (handle.kind === 'directory') names.push(name)
      return names.sort()
    })
  }

  folder(name: string): StoreFolder {
    return new OpfsFolder(name, this.#openPartial)
  }

  exclusive<Value>(name: string, work: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    return withLock(name, work, signal)
  }

  use(name: string, signal?: AbortSignal): Promise<Release> {
    return holdUse(name, signal)
  }

  ifUnused<Value>(name: string, work: () => Promise<Value>): Promise<{ readonly value: Value } | undefined> {
    return ifNotUsed(name, work)
  }

  freeBytes(): Promise<number | undefined> {
    return freeBytes()
  }
}

class OpfsFolder implements StoreFolder {
  readonly #name: string
  readonly #openPartial: OpenPartial

  constructor(name: string, openPartial: OpenPartial) {
    this.#name = name
    this.#openPartial = openPartial
  }

  async files(): Promise<readonly FolderEntry[]> {
    return await stored(async () => {
      const folder = await this.#handle()
      const entries: FolderEntry[] = []
      if (folder === undefined) return entries
      for await (const [file, handle] of entriesOf(folder)) {
        if (handle.kind !== 'file' || file.endsWith(TAG)) continue
        const bytes = await ifThere(async () => (await (handle as FileSystemFileHandle).getFile()).size)
        const partial = file.endsWith(PARTIAL)
        const name = partial ? file.slice(0, -PARTIAL.length) : file
        if (bytes !== undefined) entries.push({ name, bytes, partial })
      }
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    })
  }

  async open(name: string): Promise<OpfsSource | undefined> {
    return await stored(async () => {
      const folder = await this.#handle()
      const handle = await ifThere(async () => await folder?.getFileHandle(name))
      return handle === undefined ? undefined : { ...blobSource(await handle.getFile()), handle }
    })
  }

  async partial(name: string): Promise<PartialFile> {
    return await stored(async () => {
      const folder = await folderAt([...ROOT, this.#name], true)
      if (folder === undefined) throw new Error('a folder that was made is not there')
      return await this.#openPartial(folder, name)
    })
  }

  async remove(name: string): Promise<void> {
    await stored(async () => {
      const folder = await this.#handle()
      for (const ending of ['', PARTIAL, TAG]) await ifThere(async () => folder?.removeEntry(name + ending))
    })
  }

  async removeAll(): Promise<void> {
    await stored(async () => {
      const root = await folderAt(ROOT)
      await ifThere(async () => root?.removeEntry(this.#name, { recursive: true }))
    })
  }

  async #handle(): Promise<FileSystemDirectoryHandle | undefined> {
    return await folderAt([...ROOT, this.#name])
  }
}

/** Only TypeScript’s library of asynchronous iterables knows that a folder is one; apps that compile against this file may not have it. */
function entriesOf(folder: FileSystemDirectoryHandle): AsyncIterable<[string, FileSystemHandle]> {
  return folder as unknown as AsyncIterable<[string, FileSystemHandle]>
}

async function folderAt(
  path: readonly string[],
  create = false,
): Promise<FileSystemDirectoryHandle | undefined> {
  let folder = await navigator.storage.getDirectory()
  for (const name of path) {
    const next = await ifThere(() => folder.getDirectoryHandle(name, { create }))
    if (next === undefined) return undefined
    folder = next
  }
  return folder
}

/** Undefined where there is nothing of that name. */
export async function ifThere<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return undefined
    throw error
  }
}
