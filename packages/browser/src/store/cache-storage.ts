import type {
  ByteSource,
  FolderEntry,
  ModelStorage,
  PartialFile,
  Release,
  StoreFolder,
} from '@sensevoice-web/onnx'
import { CachePartial } from './cache-partial.ts'
import { type FileRecord, fileNames, openFile, readRecord, removeFile } from './cache-records.ts'
import { holdUse, ifNotUsed, withLock } from './locks.ts'
import { freeBytes, stored } from './storage-error.ts'

const PREFIX = 'sensevoice-web/'

/** Models in Cache Storage, one cache each: for browsers without the origin-private file system or without writing to it. */
export class CacheModelStorage implements ModelStorage {
  readonly kind = 'cache-storage'

  async folders(): Promise<readonly string[]> {
    return await stored(async () => {
      const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX))
      return names.map((name) => name.slice(PREFIX.length)).sort()
    })
  }

  folder(name: string): StoreFolder {
    return new CacheFolder(PREFIX + name)
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

class CacheFolder implements StoreFolder {
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  async files(): Promise<readonly FolderEntry[]> {
    return await stored(async () => {
      const cache = await this.#cache()
      const entries: FolderEntry[] = []
      for (const { name, partial } of cache === undefined ? [] : await fileNames(cache)) {
        const record = cache && (await readRecord(cache, name, partial))
        if (record) entries.push({ name, bytes: bytesOf(record), partial })
      }
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    })
  }

  async open(name: string): Promise<ByteSource | undefined> {
    return await stored(async () => {
      const cache = await this.#cache()
      const record = cache && (await readRecord(cache, name, false))
      return record && (await openFile(cache, name, record))
    })
  }

  async partial(name: string): Promise<PartialFile> {
    return await stored(async () => await CachePartial.open(await caches.open(this.#name), name))
  }

  async remove(name: string): Promise<void> {
    await stored(async () => {
      const cache = await this.#cache()
      if (cache === undefined) return
      await removeFile(cache, name)
      if ((await cache.keys()).length === 0) await caches.delete(this.#name)
    })
  }

  async removeAll(): Promise<void> {
    await stored(async () => {
      await caches.delete(this.#name)
    })
  }

  /** Opening a cache makes it; looking into one that is not there must not. */
  async #cache(): Promise<Cache | undefined> {
    return (await caches.has(this.#name)) ? await caches.open(this.#name) : undefined
  }
}

function bytesOf({ parts }: FileRecord): number {
  return parts.reduce((sum, bytes) => sum + bytes, 0)
}
