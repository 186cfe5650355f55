import { removePrepared } from '../prepare/stale-files.ts'
import { completeManifest } from './complete-manifest.ts'
import { ensureFile } from './ensure-file.ts'
import type { FetchRequest } from './fetch-request.ts'
import { MemoryStorage } from './memory-storage.ts'
import { smallContents } from './model-contents.ts'
import { readFile, writeFile } from './store-folder.ts'
import type { StoredModel } from './stored-models.ts'
import { forgetStoredManifest, readSource, writeSource, writeStoredManifest } from './stored-record.ts'

/**
 * Gives a complete model another token list or am.mvn; the model itself is not fetched again. They take the place of the old ones once they have come and
 * fit the model: where they do not, everything stays as it was.
 *
 * @throws SpeechError as `ModelStore.open`; the signal's reason
 */
export async function replaceSmallFiles(request: FetchRequest, stored: StoredModel): Promise<void> {
  const { key, source, remote } = request
  const { folder, manifest, model } = stored
  // In memory: a page may read the old ones meanwhile.
  const storage = new MemoryStorage()
  const apart = { ...request, storage }
  const tokens = await ensureFile(apart, remote.files.tokens, 'the token list')
  if (remote.files.cmvn !== undefined) await ensureFile(apart, remote.files.cmvn, 'the am.mvn')
  const came = storage.folder(key)
  const found = { model, ...(await smallContents(came, remote)) }
  // The model keeps its name, size and hash.
  const complete = await completeManifest(remote, found, { model: manifest.files.model, tokens })

  // From here on, until the manifest is written, this is a download under way, also for whoever looks after a crash.
  const old = (await readSource(folder))?.remote.files
  await forgetStoredManifest(folder)
  // The tags of the old token list are part of what was prepared.
  await removePrepared(folder)
  for (const file of [old?.tokens, old?.cmvn]) if (file !== undefined) await folder.remove(file.name)
  await writeSource(folder, { schema: 1, source, remote })
  for (const file of [remote.files.tokens, remote.files.cmvn]) {
    const bytes = file && (await readFile(came, file.name))
    if (file !== undefined && bytes !== undefined) await writeFile(folder, file.name, bytes)
  }
  await writeStoredManifest(folder, complete)
}
