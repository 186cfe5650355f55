import type { StoreFolder } from '../store/store-folder.ts'
import { PREPARE_VERSION } from './prepare-model.ts'

const PREPARED = /^prepared-(\d+)\./

/** Is this a file that another version of this library has prepared? Nothing reads it any more, and it is as large as the model. */
export function isStale(name: string): boolean {
  const version = PREPARED.exec(name)?.[1]
  return version !== undefined && Number(version) !== PREPARE_VERSION
}

/** Deletes what other versions have prepared beside a model. */
export async function removeStale(folder: StoreFolder): Promise<void> {
  for (const { name } of await folder.files()) if (isStale(name)) await folder.remove(name)
}

/** Deletes what any version has prepared beside a model: it is ranges of that very file, and wrong over another one. */
export async function removePrepared(folder: StoreFolder): Promise<void> {
  for (const { name } of await folder.files()) if (PREPARED.test(name)) await folder.remove(name)
}
