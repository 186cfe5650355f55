import { SpeechError } from '@sensevoice-web/engine'
import { wait } from './back-off.ts'
import type { ModelStorage } from './store-folder.ts'
import { listStored } from './stored-models.ts'

/** A load from the store takes two seconds; whoever needs the files longer is downloading them, or keeps them for a GPU. */
const PATIENCE_MS = 5000
const POLL_MS = 100

export interface RemoveOptions {
  /** Ends the waiting for a model in use. */
  readonly signal?: AbortSignal | undefined
  /** How long to wait at most. Default: 5 seconds, with a signal as long as that allows. */
  readonly patienceMs?: number | undefined
}

/**
 * Deletes a model, complete or not, with everything made of it, once nobody downloads it, loads it, or needs its files.
 *
 * @param name its key, its id, or what it was asked for by
 * @returns the bytes freed; 0 when there is no such model
 * @throws SpeechError `busy` (retryable) while the model is in use, `file-unreadable` when the storage fails; the signal's reason
 */
export async function removeStored(
  storage: ModelStorage,
  name: string,
  options: RemoveOptions = {},
): Promise<number> {
  let freed = 0
  for (const { key, id, source } of await listStored(storage)) {
    if (![key, id, source].includes(name)) continue
    freed += await whenUnused(storage, key, () => removeFolder(storage, key), options)
  }
  return freed
}

/**
 * Runs `work` as soon as nobody uses a folder. It asks again and again instead of standing in line: a load that begins meanwhile does not
 * wait behind it.
 *
 * @throws SpeechError `busy` when the patience is over; the signal's reason
 */
export async function whenUnused<Value>(
  storage: ModelStorage,
  key: string,
  work: () => Promise<Value>,
  { signal, patienceMs = signal === undefined ? PATIENCE_MS : Number.POSITIVE_INFINITY }: RemoveOptions = {},
): Promise<Value> {
  const endsAtMs = Date.now() + patienceMs
  for (;;) {
    signal?.throwIfAborted()
    const done = await storage.ifUnused(key, work)
    if (done !== undefined) return done.value
    if (Date.now() >= endsAtMs) {
      throw new SpeechError('busy', `the model "${key}" is being downloaded, loaded or kept for a GPU`, {
        hint: 'Try again when it is loaded; close the analyzers that run it on WebGPU or download it, in other tabs or processes too.',
        retryable: true,
      })
    }
    await wait(POLL_MS, signal)
  }
}

async function removeFolder(storage: ModelStorage, key: string): Promise<number> {
  const folder = storage.folder(key)
  const bytes = (await folder.files()).reduce((sum, file) => sum + file.bytes, 0)
  await folder.removeAll()
  return bytes
}
