import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isSpeechError } from '@sensevoice-web/engine'
import type { FolderEntry, ModelStorage, PartialFile, Release, StoreFolder } from '@sensevoice-web/onnx'
import { ifThere, onDisk } from './disk-error.ts'
import { DiskPartial, PARTIAL, TAG } from './disk-partial.ts'
import { diskSource } from './disk-source.ts'
import { withFileLock } from './file-lock.ts'
import { freeBytesAt } from './free-bytes.ts'
import { ifUnmarked, markUsed } from './use-marks.ts'

/** Models in a folder on disk, one folder each. */
export class DiskStorage implements ModelStorage {
  readonly kind = 'disk'
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  /** Where a model's files lie. */
  path(name: string): string {
    return join(this.#root, name)
  }

  async folders(): Promise<readonly string[]> {
    const entries = await onDisk(this.#root, () =>
      ifThere(() => readdir(this.#root, { withFileTypes: true })),
    )
    const names = (entries ?? []).filter((entry) => entry.isDirectory()).map(({ name }) => name)
    return names.filter((name) => !name.startsWith('.')).sort()
  }

  folder(name: string): StoreFolder {
    return new DiskFolder(this.path(name))
  }

  async exclusive<Value>(name: string, work: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    return await withFileLock(await this.#lockPath(name), work, signal)
  }

  async use(name: string, signal?: AbortSignal): Promise<Release> {
    try {
      return await markUsed(await this.#lockPath(name), signal)
    } catch (error) {
      // A store that may only be read, or a full disk: reading works there, without anybody being kept off.
      if (isSpeechError(error) && !signal?.aborted) return async () => {}
      throw error
    }
  }

  async ifUnused<Value>(
    name: string,
    work: () => Promise<Value>,
  ): Promise<{ readonly value: Value } | undefined> {
    return await ifUnmarked(await this.#lockPath(name), work)
  }

  async freeBytes(): Promise<number | undefined> {
    return await freeBytesAt(this.#root)
  }

  async #lockPath(name: string): Promise<string> {
    const locks = join(this.#root, '.locks')
    await onDisk(locks, () => mkdir(locks, { recursive: true }))
    return join(locks, name)
  }
}

class DiskFolder implements StoreFolder {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async files(): Promise<readonly FolderEntry[]> {
    return await onDisk(this.#path, async () => {
      const entries = (await ifThere(() => readdir(this.#path, { withFileTypes: true }))) ?? []
      const names = entries.filter((entry) => !entry.isDirectory() && !entry.name.endsWith(TAG))
      const files = await Promise.all(names.map(({ name }) => this.#entry(name)))
      return files.filter((file) => file !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1))
    })
  }

  async open(name: string) {
    return await diskSource(join(this.#path, name))
  }

  async partial(name: string): Promise<PartialFile> {
    await onDisk(this.#path, () => mkdir(this.#path, { recursive: true }))
    return await DiskPartial.open(join(this.#path, name))
  }

  async remove(name: string): Promise<void> {
    await onDisk(this.#path, async () => {
      for (const ending of ['', PARTIAL, TAG]) await rm(join(this.#path, name + ending), { force: true })
    })
  }

  async removeAll(): Promise<void> {
    await onDisk(this.#path, () => rm(this.#path, { recursive: true, force: true }))
  }

  async #entry(file: string): Promise<FolderEntry | undefined> {
    const info = await ifThere(() => stat(join(this.#path, file)))
    if (info === undefined) return undefined
    const partial = file.endsWith(PARTIAL)
    return { name: partial ? file.slice(0, -PARTIAL.length) : file, bytes: info.size, partial }
  }
}
