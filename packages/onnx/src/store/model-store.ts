import { isSpeechError, type RemoteModelManifest, type SpeechError } from '@sensevoice-web/engine'
import { fetchModel } from './fetch-model.ts'
import { folderName } from './folder-name.ts'
import { moveDownload } from './move-download.ts'
import { remoteModel } from './remote-model.ts'
import { type RemoveOptions, removeStored } from './remove-stored.ts'
import type { ModelStoreParts, OpenOptions } from './store-parts.ts'
import {
  findStored,
  inUse,
  listStored,
  openStored,
  type StoredModel,
  type StoreEntry,
  type UsedModel,
} from './stored-models.ts'
import { type Damage, verifyStored } from './verify-stored.ts'
import { sourceOf, type WantedModel } from './wanted-model.ts'

/** Fetches models into a storage, finds them there again, and proves what it gives out. */
export class ModelStore {
  readonly #parts: ModelStoreParts
  #storageFailures: readonly SpeechError[] = []

  constructor(parts: ModelStoreParts) {
    this.#parts = parts
  }

  /** Why models went to the fallback instead of the storage since this store was made, oldest first. */
  get storageFailures(): readonly SpeechError[] {
    return this.#storageFailures
  }

  /**
   * The model out of the store, fetched first where it is not there or not whole. Several callers, tabs and processes make one download.
   * Nobody can remove it until its `release` is called.
   *
   * @throws SpeechError `network`, `model-not-found`, `model-corrupt`, `model-unsupported`, `quota-exceeded`, `file-unreadable`; the
   *   signal's reason when aborted
   */
  async open(wanted: WantedModel, options: OpenOptions = {}): Promise<UsedModel> {
    const { storage, fallback, createHasher } = this.#parts
    const source = sourceOf(wanted)
    // A manifest is what it says now, unless it is out of reach.
    const stored = wanted.type === 'known' ? undefined : await this.#findInUse(source, options)
    const patience = stored === undefined ? {} : { attempts: 1 }
    let remote: RemoteModelManifest
    try {
      remote = await remoteModel(wanted, this.#parts, { ...options, ...patience })
    } catch (error) {
      if (stored !== undefined && isSpeechError(error) && error.code === 'network') return stored
      await stored?.release()
      throw error
    }
    const key = await folderName(remote, source, createHasher)
    const request = { key, source, remote, parts: this.#parts, options }
    try {
      return await fetchModel({ ...request, storage }, stored)
    } catch (error) {
      if (fallback === undefined || options.signal?.aborted || !ofStorage(error)) throw error
      this.#storageFailures = [...this.#storageFailures, error]
      await moveDownload(storage, fallback, key, remote, options.signal)
      return await fetchModel({ ...request, storage: fallback })
    }
  }

  /** The complete model that was asked for by `source`, a name of the catalogue or an address. Needs no network. */
  async find(source: string): Promise<StoredModel | undefined> {
    return await findStored(this.#parts.storage, source)
  }

  async list(): Promise<readonly StoreEntry[]> {
    return await listStored(this.#parts.storage)
  }

  /**
   * Deletes a model, complete or not, with everything made of it. While it is downloaded, loaded or needed, here or in another tab or process, this
   * waits: 5 seconds, or as long as the options say.
   *
   * @param name its key, its id, or what it was asked for by
   * @returns the bytes freed; 0 when there is no such model
   * @throws SpeechError `busy` (retryable) when it is still in use after that, `file-unreadable` when the storage fails; the signal's
   *   reason
   */
  async remove(name: string, options: RemoveOptions = {}): Promise<number> {
    return await removeStored(this.#parts.storage, name, options)
  }

  /**
   * Hashes a complete model again. A damaged file is deleted: the next `open` fetches it alone.
   *
   * @param name as for `remove`
   * @returns what was wrong; empty when all is well
   * @throws SpeechError `model-not-found` when there is no complete model of that name, `busy` (retryable) when it is damaged and in use
   */
  async verify(name: string, options: OpenOptions = {}): Promise<readonly Damage[]> {
    return await verifyStored(this.#parts, name, options)
  }

  async #findInUse(source: string, { signal }: OpenOptions): Promise<UsedModel | undefined> {
    const { storage } = this.#parts
    try {
      const found = await this.find(source)
      return found && (await inUse(storage, found.key, () => openStored(storage, found.key), signal))
    } catch {
      // What cannot be read is fetched.
      return undefined
    }
  }
}

function ofStorage(error: unknown): error is SpeechError {
  return isSpeechError(error) && (error.code === 'quota-exceeded' || error.code === 'file-unreadable')
}
