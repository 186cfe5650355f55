import type { RemoteModelFile, RemoteModelManifest } from '@sensevoice-web/engine'
import type { StoreFolder } from './store-folder.ts'
import type { StoredModel } from './stored-models.ts'
import { readSource } from './stored-record.ts'

/** What of a stored model is what is wanted. */
export interface SameFiles {
  readonly model: boolean
  /** Token list and am.mvn. */
  readonly small: boolean
}

export async function isWanted(stored: StoredModel, remote: RemoteModelManifest): Promise<boolean> {
  const { model, small } = await sameFiles(stored, remote)
  return model && small
}

export async function sameFiles(
  { folder, manifest }: StoredModel,
  { files }: RemoteModelManifest,
): Promise<SameFiles> {
  const held = (await readSource(folder))?.remote.files
  if (held === undefined) return { model: false, small: false }
  const { model, tokens } = manifest.files
  return {
    model: isSame({ ...held.model, sha256: model.sha256 }, files.model),
    small: isSame({ ...held.tokens, sha256: tokens.sha256 }, files.tokens) && isSame(held.cmvn, files.cmvn),
  }
}

/** Deletes the small files of a folder, finished or begun, that came from elsewhere than they are wanted from, and that no hash will tell apart. */
export async function removeOtherSmallFiles(
  folder: StoreFolder,
  { files }: RemoteModelManifest,
): Promise<void> {
  const held = (await readSource(folder))?.remote.files
  for (const kind of ['tokens', 'cmvn'] as const) {
    const file = files[kind]
    if (file === undefined || file.sha256 !== undefined || isSame(held?.[kind], file)) continue
    await folder.remove(file.name)
  }
}

/** By the hash where it is known; nothing but their addresses tells bare files apart. */
export function isSame(held: RemoteModelFile | undefined, wanted: RemoteModelFile | undefined): boolean {
  if (held === undefined || wanted === undefined) return held === wanted
  if (wanted.sha256 !== undefined) return held.sha256 === wanted.sha256
  return held.urls.length === wanted.urls.length && held.urls.every((url, at) => url === wanted.urls[at])
}
