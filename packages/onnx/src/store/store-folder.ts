import type { ByteSource } from '../prepare/byte-source.ts'
import type { PartialFile } from './partial-file.ts'

export interface FolderEntry {
  readonly name: string
  readonly bytes: number
  /** Not finished yet. */
  readonly partial: boolean
}

/** Files of one model, by plain names. It comes into being with its first file. */
export interface StoreFolder {
  /** In the order of their names. */
  files(): Promise<readonly FolderEntry[]>
  /** A finished file; undefined when there is none of that name. */
  open(name: string): Promise<ByteSource | undefined>
  /** Begins a file, or goes on with what an earlier download of that name left. */
  partial(name: string): Promise<PartialFile>
  /** Deletes a file and what there is of its partial. Does nothing when there is neither. */
  remove(name: string): Promise<void>
  /** Deletes the folder. */
  removeAll(): Promise<void>
}

/** Ends a use. Calling it again does nothing. */
export type Release = () => Promise<void>

/** Where models are kept: the origin-private file system, Cache Storage, a folder on disk, memory. */
export interface ModelStorage {
  readonly kind: 'origin-private-file-system' | 'cache-storage' | 'disk' | 'memory'
  /** Names of the folders there are. */
  folders(): Promise<readonly string[]>
  /** @param name letters, digits, `.`, `_` and `-` */
  folder(name: string): StoreFolder
  /** Runs `work` while no other tab or process runs any under the same name. Waiting ends with the signal's reason. */
  exclusive<Value>(name: string, work: () => Promise<Value>, signal?: AbortSignal): Promise<Value>
  /**
   * Keeps a folder from being removed until the returned function is called, or the tab or process ends. Many may at once. Waits only while
   * the folder is being removed; waiting ends with the signal's reason.
   */
  use(name: string, signal?: AbortSignal): Promise<Release>
  /** Runs `work` while nobody uses a folder or begins to. Undefined, without a run, where somebody does. */
  ifUnused<Value>(name: string, work: () => Promise<Value>): Promise<{ readonly value: Value } | undefined>
  /** What may still be stored; undefined where nobody knows. */
  freeBytes(): Promise<number | undefined>
}

/** Writes a small file as a whole: either all of it is there under its name, or what was there before. */
export async function writeFile(folder: StoreFolder, name: string, bytes: Uint8Array): Promise<void> {
  const partial = await folder.partial(name)
  try {
    await partial.clear()
    await partial.append(bytes)
    await partial.finish()
  } finally {
    await partial.close()
  }
}

/** Reads a finished file as a whole; undefined when there is none. */
export async function readFile(folder: StoreFolder, name: string): Promise<Uint8Array | undefined> {
  const source = await folder.open(name)
  return source?.read(0, source.byteLength)
}
