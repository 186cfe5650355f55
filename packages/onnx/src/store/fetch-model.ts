import { isSpeechError, SpeechError } from '@sensevoice-web/engine'
import { removePrepared } from '../prepare/stale-files.ts'
import { wait } from './back-off.ts'
import { completeManifest } from './complete-manifest.ts'
import type { DownloadedFile } from './download-file.ts'
import { ensureFile } from './ensure-file.ts'
import type { FetchRequest } from './fetch-request.ts'
import { modelContents } from './model-contents.ts'
import { replaceSmallFiles } from './replace-small-files.ts'
import { missingBytes, requireRoom } from './room.ts'
import { isWanted, removeOtherSmallFiles, sameFiles } from './same-files.ts'
import { inUse, openStored, type StoredModel, type UsedModel } from './stored-models.ts'
import { readSource, writeSource, writeStoredManifest } from './stored-record.ts'

const WATCH_MS = 500

/**
 * The model out of its folder, in use from here on; what is missing is fetched, by one caller at a time over all tabs and processes.
 *
 * @param found in use already, out of any folder; let go when it is not what is wanted
 */
export async function fetchModel(request: FetchRequest, found?: UsedModel): Promise<UsedModel> {
  const { storage, key, options } = request
  const there = found?.key === key && (await isWanted(found, request.remote).catch(() => false))
  if (!there) await found?.release()
  const used = there ? found : await inUse(storage, key, () => openOrFetch(request), options.signal)
  if (used === undefined) throw new Error('a model that was opened is not there')
  await removeOlder(request)
  return used
}

async function openOrFetch(request: FetchRequest): Promise<StoredModel> {
  const { storage, key, options } = request
  const there = await openStored(storage, key)
  if (there !== undefined && (await isWanted(there, request.remote))) return there
  const waiting = new AbortController()
  void tellOthersProgress(request, waiting.signal)
  try {
    return await storage.exclusive(
      key,
      async () => {
        waiting.abort()
        return await fetchOnce(request)
      },
      options.signal,
    )
  } finally {
    waiting.abort()
  }
}

/** By the one who holds the folder. */
async function fetchOnce(request: FetchRequest): Promise<StoredModel> {
  const { storage, key, remote } = request
  const there = await openStored(storage, key)
  if (there !== undefined && (await isWanted(there, remote))) return there
  if (there !== undefined && (await sameFiles(there, remote)).model) await replaceSmallFiles(request, there)
  else await fetchMissing(request)
  const stored = await openStored(storage, key)
  if (stored === undefined) {
    throw new SpeechError('file-unreadable', 'the model was stored and cannot be read again')
  }
  return stored
}

async function fetchMissing(request: FetchRequest): Promise<void> {
  const { storage, key, source, remote } = request
  const folder = storage.folder(key)
  // What was made of a file that is not good enough any more must not be laid over the next one.
  await removePrepared(folder)
  await removeOtherSmallFiles(folder, remote)
  const missing = await missingBytes(folder, remote)
  // A model that only lacks its records is completed on the fullest disk.
  if (missing !== undefined) await requireRoom(storage, missing)
  await writeSource(folder, { schema: 1, source, remote })
  const proven = await ensureFiles(request).catch(async (error) => {
    // A folder that a failed download left without a byte of the model is of no use to anybody.
    const begun = (await folder.files()).some(({ name }) => name === remote.files.model.name)
    if (!begun) await folder.removeAll()
    throw error
  })
  const manifest = await completeManifest(remote, await modelContents(folder, remote), proven).catch(
    async (error) => {
      // What cannot be read at this moment is not wrong for that.
      if (isWrong(error)) await folder.removeAll()
      throw error
    },
  )
  await writeStoredManifest(folder, manifest)
}

function isWrong(error: unknown): boolean {
  return isSpeechError(error) && (error.code === 'model-corrupt' || error.code === 'model-unsupported')
}

async function ensureFiles(request: FetchRequest): Promise<Record<'model' | 'tokens', DownloadedFile>> {
  const { files } = request.remote
  // The small file first: when it is wrong, 240 MB need not come.
  const tokens = await ensureFile(request, files.tokens, 'the token list')
  if (files.cmvn !== undefined) await ensureFile(request, files.cmvn, 'the am.mvn')
  const model = await ensureFile(request, files.model, 'the model', request.options.onProgress)
  return { model, tokens }
}

/** What the same source gave before: a newer version takes its place. One that is in use, or fails, is left to the next call. */
async function removeOlder({ storage, key, source }: FetchRequest): Promise<void> {
  try {
    for (const other of await storage.folders()) {
      if (other === key || (await readSource(storage.folder(other)))?.source !== source) continue
      await storage.ifUnused(other, () => storage.folder(other).removeAll())
    }
  } catch (error) {
    if (!isSpeechError(error)) throw error
  }
}

/** While another tab or process downloads the model, its progress is this caller's progress. */
async function tellOthersProgress(
  { storage, key, remote, options }: FetchRequest,
  signal: AbortSignal,
): Promise<void> {
  const { onProgress } = options
  const { name, bytes } = remote.files.model
  const total = bytes === undefined ? {} : { totalBytes: bytes }
  try {
    for (;;) {
      await wait(WATCH_MS, signal)
      const file = (await storage.folder(key).files()).find((one) => one.name === name)
      if (file !== undefined && !signal.aborted)
        onProgress?.({ stage: 'model', loadedBytes: file.bytes, ...total })
    }
  } catch {
    // The wait is over, or the place cannot be looked into while another writes to it: then there is nothing to tell.
  }
}
