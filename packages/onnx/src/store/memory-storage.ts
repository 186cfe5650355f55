import { memorySource } from '../prepare/byte-source.ts'
import type { PartialFile } from './partial-file.ts'
import type { FolderEntry, ModelStorage, Release, StoreFolder } from './store-folder.ts'

interface MemoryFile {
  chunks: Uint8Array[]
  bytes: number
  tag: string | undefined
}

/** Keeps models until the page or the process ends: for places where nothing can be stored. */
export class MemoryStorage implements ModelStorage {
  readonly kind = 'memory'
  readonly #folders = new Map<string, MemoryFolder>()
  /** Ends of the newest work under each name. */
  readonly #tails = new Map<string, Promise<void>>()
  /** Who uses a folder, one object each. */
  readonly #users = new Map<string, Set<object>>()

  async folders(): Promise<readonly string[]> {
    const names: string[] = []
    for (const [name, folder] of this.#folders) if ((await folder.files()).length > 0) names.push(name)
    return names.sort()
  }

  folder(name: string): StoreFolder {
    const folder = this.#folders.get(name) ?? new MemoryFolder()
    this.#folders.set(name, folder)
    return folder
  }

  exclusive<Value>(name: string, work: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    return new Promise((resolve, reject) => {
      const stopWaiting = () => reject(signal?.reason)
      signal?.addEventListener('abort', stopWaiting)
      const run = (this.#tails.get(name) ?? Promise.resolve()).then(() => {
        signal?.removeEventListener('abort', stopWaiting)
        signal?.throwIfAborted()
        return work()
      })
      run.then(resolve, reject)
      const settled = run.then(
        () => {},
        () => {},
      )
      this.#tails.set(name, settled)
    })
  }

  use(name: string, signal?: AbortSignal): Promise<Release> {
    return this.exclusive(
      useOf(name),
      async () => {
        const users = this.#users.get(name) ?? new Set()
        this.#users.set(name, users)
        const user = {}
        users.add(user)
        return async () => void users.delete(user)
      },
      signal,
    )
  }

  ifUnused<Value>(name: string, work: () => Promise<Value>): Promise<{ value: Value } | undefined> {
    return this.exclusive(useOf(name), async () => {
      const used = (this.#users.get(name)?.size ?? 0) > 0
      return used ? undefined : { value: await work() }
    })
  }

  async freeBytes(): Promise<undefined> {
    return undefined
  }
}

/** No folder is called so. */
function useOf(name: string): string {
  return `use of ${name}`
}

class MemoryFolder implements StoreFolder {
  readonly #finished = new Map<string, Uint8Array>()
  readonly #partials = new Map<string, MemoryFile>()

  async files(): Promise<readonly FolderEntry[]> {
    const finished = [...this.#finished].map(([name, { length: bytes }]) => ({ name, bytes, partial: false }))
    const partial = [...this.#partials].map(([name, { bytes }]) => ({ name, bytes, partial: true }))
    return [...finished, ...partial].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async open(name: string) {
    const bytes = this.#finished.get(name)
    return bytes === undefined ? undefined : memorySource(bytes)
  }

  async partial(name: string): Promise<PartialFile> {
    const file = this.#partials.get(name) ?? { chunks: [], bytes: 0, tag: undefined }
    this.#partials.set(name, file)
    return new MemoryPartial(file, {
      finish: () => {
        this.#finished.set(name, joined(file))
        this.#partials.delete(name)
      },
      forget: () => this.#partials.delete(name),
    })
  }

  async remove(name: string): Promise<void> {
    this.#finished.delete(name)
    this.#partials.delete(name)
  }

  async removeAll(): Promise<void> {
    this.#finished.clear()
    this.#partials.clear()
  }
}

class MemoryPartial implements PartialFile {
  readonly #file: MemoryFile
  readonly #folder: { finish(): void; forget(): void }

  constructor(file: MemoryFile, folder: { finish(): void; forget(): void }) {
    this.#file = file
    this.#folder = folder
  }

  get bytes(): number {
    return this.#file.bytes
  }

  get tag(): string | undefined {
    return this.#file.tag
  }

  async setTag(tag: string): Promise<void> {
    this.#file.tag = tag
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#file.chunks.push(bytes.slice())
    this.#file.bytes += bytes.length
  }

  async *read(): AsyncIterable<Uint8Array> {
    yield* this.#file.chunks
  }

  async clear(): Promise<void> {
    this.#file.chunks = []
    this.#file.bytes = 0
    this.#file.tag = undefined
  }

  async finish(): Promise<void> {
    this.#folder.finish()
  }

  async close(): Promise<void> {}

  async remove(): Promise<void> {
    this.#folder.forget()
  }
}

/** Frees every chunk as soon as it is copied, so that the file is in memory once and not twice. */
function joined(file: MemoryFile): Uint8Array {
  const { chunks } = file
  file.chunks = []
  const whole = new Uint8Array(file.bytes)
  let at = 0
  for (let index = 0; index < chunks.length; index++) {
    const chunk = chunks[index] as Uint8Array
    whole.set(chunk, at)
    at += chunk.length
    chunks[index] = new Uint8Array(0)
  }
  return whole
}
