import { SpeechError } from '@sensevoice-web/engine'
import type { CreateHasher } from './hasher.ts'
import { whenUnused } from './remove-stored.ts'
import { sha256Of } from './sha256-of.ts'
import type { ModelStorage, StoreFolder } from './store-folder.ts'
import type { ModelStoreParts, OpenOptions } from './store-parts.ts'
import { listStored } from './stored-models.ts'
import { forgetStoredManifest, readStoredManifest } from './stored-record.ts'

/** A file of a model that is not what it was when it was stored. */
export interface Damage {
  readonly name: string
  readonly fault: string
}

/** See `ModelStore.verify`. */
export async function verifyStored(
  parts: Pick<ModelStoreParts, 'storage' | 'createHasher'>,
  name: string,
  options: OpenOptions,
): Promise<readonly Damage[]> {
  const named = (await listStored(parts.storage)).filter(({ key, id, source }) =>
    [key, id, source].includes(name),
  )
  if (named.length === 0) throw new SpeechError('model-not-found', `there is no model "${name}" in the store`)
  const damages: Damage[] = []
  for (const { key } of named) {
    damages.push(
      ...(await parts.storage.exclusive(key, () => verifyFolder(parts, key, options), options.signal)),
    )
  }
  return damages
}

async function verifyFolder(
  { storage, createHasher }: Pick<ModelStoreParts, 'createHasher'> & { readonly storage: ModelStorage },
  key: string,
  options: OpenOptions,
): Promise<readonly Damage[]> {
  const release = await storage.use(key, options.signal)
  let damages: readonly Damage[]
  try {
    damages = await damagesIn(storage, key, createHasher, options)
  } finally {
    await release()
  }
  if (damages.length === 0) return damages
  // Never longer than a while, signal or not: who uses the folder may be waiting for this caller's lock.
  await whenUnused(storage, key, () => removeDamaged(storage.folder(key), damages))
  return damages
}

async function damagesIn(
  storage: ModelStorage,
  key: string,
  createHasher: CreateHasher,
  options: OpenOptions,
): Promise<readonly Damage[]> {
  const folder = storage.folder(key)
  const manifest = await readStoredManifest(folder)
  if (manifest === undefined) {
    throw new SpeechError('model-not-found', `the model "${key}" is not complete`, {
      hint: 'Fetch it again: the download goes on where it ended.',
    })
  }
  const damages: Damage[] = []
  for (const { path, sha256 } of Object.values(manifest.files)) {
    const file = await folder.open(path)
    const found = file === undefined ? undefined : await sha256Of(file, createHasher, options)
    if (found === sha256) continue
    damages.push({ name: path, fault: `its SHA-256 is ${found ?? 'unknown'} instead of ${sha256}` })
  }
  return damages
}

async function removeDamaged(folder: StoreFolder, damages: readonly Damage[]): Promise<void> {
  await forgetStoredManifest(folder)
  for (const { name } of damages) await folder.remove(name)
}
