import type { LoadProgress, RemoteModelFile } from '@sensevoice-web/engine'
import { type DownloadedFile, downloadFile } from './download-file.ts'
import type { DownloadProgress } from './download-options.ts'
import type { FetchRequest } from './fetch-request.ts'
import { requireRoom } from './room.ts'
import { sha256Of } from './sha256-of.ts'

/** A file in the folder of a request: hashed where it is there, else fetched. */
export async function ensureFile(
  { storage, key, parts, options }: FetchRequest,
  file: RemoteModelFile,
  what: string,
  onProgress?: (progress: LoadProgress) => void,
): Promise<DownloadedFile> {
  const folder = storage.folder(key)
  const there = await folder.open(file.name)
  if (there !== undefined) {
    // Finished, but the session ended before the model was complete.
    const sha256 = await sha256Of(there, parts.createHasher, { signal: options.signal, onProgress })
    if (file.sha256 === undefined || file.sha256 === sha256) return { bytes: there.byteLength, sha256 }
    await folder.remove(file.name)
  }
  const partial = await folder.partial(file.name)
  try {
    return await downloadFile({
      ...parts,
      what,
      urls: file.urls,
      bytes: file.bytes,
      sha256: file.sha256,
      partial,
      requireRoom: (bytes) => requireRoom(storage, bytes),
      signal: options.signal,
      onProgress: onProgress && ((progress) => onProgress(asLoadProgress(progress))),
    })
  } catch (error) {
    if (partial.bytes === 0) await partial.remove()
    throw error
  } finally {
    await partial.close()
  }
}

function asLoadProgress({ phase, ...bytes }: DownloadProgress): LoadProgress {
  return { stage: phase === 'loading' ? 'model' : 'verifying', ...bytes }
}
