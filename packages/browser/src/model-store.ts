import type { ModelManifest } from '@sensevoice-web/engine'
import { KNOWN_MODELS, listStored, type ModelStorage, removeStored } from '@sensevoice-web/onnx'
import { CacheModelStorage } from './store/cache-storage.ts'
import { opensFileSystem } from './store/opens-file-system.ts'
import { OpfsStorage } from './store/opfs-storage.ts'

/** A model that can be asked for by name: what users should be told before it is fetched. */
export interface KnownModel
  extends Pick<ModelManifest, 'id' | 'name' | 'version' | 'description' | 'license' | 'languages'> {
  /** Download size. */
  readonly bytes: number
  /** Hosts it is fetched from, in the order in which they are tried. */
  readonly hosts: readonly string[]
}

/** A model in this browser's store, whether all of it is there or not yet. */
export interface StoredModelInfo {
  /** Names it among the stored ones. */
  readonly key: string
  /** What it was asked for by: its name or an address. */
  readonly source: string
  readonly id: string
  /** For people. */
  readonly name: string
  readonly version: string
  readonly license: ModelManifest['license']
  /** `partial`: a download that was cut; the next `create` goes on with it. */
  readonly state: 'complete' | 'partial'
  /** Of everything that is stored of it. */
  readonly bytes: number
  /** Of model and tokens, where it is known beforehand. */
  readonly totalBytes?: number
  readonly place: 'origin-private-file-system' | 'cache-storage'
}

/** What the store holds, and what the browser allows this origin. */
export interface StoreUsage {
  /** Of all models, complete or not, with everything made of them. */
  readonly modelBytes: number
  /** Of everything this origin stores; absent where the browser does not tell. */
  readonly usedBytes?: number
  /** What this origin may store in all, as the browser estimates it; absent where it does not tell. */
  readonly quotaBytes?: number
  /** Whether the browser has promised not to clear it by itself when the disk gets short. */
  readonly persisted: boolean
}

/**
 * The models that this origin has stored. They come into the store by `SpeechAnalyzer.create({ model })` and stay until they are removed; a
 * stored model needs no network.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: one name for the three calls, as in `ModelStore.list()`.
export class ModelStore {
  /** Models that `create` takes by name, with licence, author and size. Fetches nothing. */
  static known(): readonly KnownModel[] {
    return KNOWN_MODELS.map(({ id, name, version, description, license, languages, files }) => ({
      id,
      name,
      version,
      description,
      license,
      languages,
      bytes: (files.model.bytes ?? 0) + (files.tokens.bytes ?? 0),
      hosts: files.model.urls.map((url) => new URL(url).host),
    }))
  }

  /**
   * Every stored model, complete or not.
   *
   * @throws SpeechError `file-unreadable` when the browser's storage fails
   */
  static async list(): Promise<readonly StoredModelInfo[]> {
    const models: StoredModelInfo[] = []
    for (const storage of await storages()) {
      for (const entry of await listStored(storage)) models.push({ ...entry, place: storage.kind })
    }
    return models
  }

  /**
   * Deletes a model with everything made of it. An analyzer that runs it in WASM goes on: it does not need the files any more. While any tab of
   * this origin downloads or loads the model, or runs it on WebGPU (a lost GPU is given the files again), this waits: 5 seconds, or until the
   * signal is aborted. Browsers without Web Locks (Safari before 15.4) do not wait.
   *
   * @param name its `key`, its `id`, or what it was asked for by
   * @returns bytes freed; 0 when there is no such model
   * @throws SpeechError `busy` (retryable) when the model is still in use after 5 seconds, `file-unreadable` when the browser's storage
   *   fails; the signal's reason
   */
  static async remove(name: string, options: { readonly signal?: AbortSignal } = {}): Promise<number> {
    let freed = 0
    for (const storage of await storages()) freed += await removeStored(storage, name, options)
    return freed
  }

  /**
   * How much is stored, and how much may be.
   *
   * @throws SpeechError `file-unreadable` when the browser's storage fails
   */
  static async usage(): Promise<StoreUsage> {
    const models = await ModelStore.list()
    const { usage, quota } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {}
    return {
      modelBytes: models.reduce((sum, { bytes }) => sum + bytes, 0),
      ...(usage === undefined ? {} : { usedBytes: usage }),
      ...(quota === undefined ? {} : { quotaBytes: quota }),
      persisted: (await navigator.storage?.persisted?.().catch(() => false)) ?? false,
    }
  }
}

type BrowserStorage = ModelStorage & { readonly kind: StoredModelInfo['place'] }

/** All places where the worker may have stored something, now or in an earlier version of the browser. */
async function storages(): Promise<readonly BrowserStorage[]> {
  const found: BrowserStorage[] = []
  if (await opensFileSystem()) {
    found.push(new OpfsStorage(() => Promise.reject(new Error('pages do not write to the store'))))
  }
  if ('caches' in globalThis) found.push(new CacheModelStorage())
  return found
}
