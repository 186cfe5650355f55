import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Damage, sha256Of } from '@sensevoice-web/onnx'
import { modelFileIn } from '../model/read-model.ts'
import { diskSource } from '../store/disk-source.ts'
import { nodeHasher } from '../store/node-store.ts'
import { withFolderLock } from './folder-lock.ts'
import { dropPrepared, preparedPaths, provenPaths, readVerdict } from './prepared-files.ts'

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * Hashes what was prepared of a model for this machine. Where a file is not what was written, all of it is deleted: the published file runs until it
 * is prepared again.
 *
 * @returns what was found damaged; nothing where nothing was prepared
 * @throws SpeechError `file-unreadable` when the folder cannot be written to; the signal's reason
 */
export async function verifyPrepared(
  folder: string,
  options: VerifyOptions = {},
): Promise<readonly Damage[]> {
  const before = await readVerdict(folder, join(folder, await modelFileIn(folder)))
  if (before?.outcome !== 'faster') return []
  // Else what is being prepared at this moment would be hashed against the verdict before.
  return await withFolderLock(folder, () => verifyLocked(folder, options), options.signal)
}

async function verifyLocked(folder: string, options: VerifyOptions): Promise<readonly Damage[]> {
  const verdict = await readVerdict(folder, join(folder, await modelFileIn(folder)))
  if (verdict?.outcome !== 'faster') return []
  const damages: Damage[] = []
  for (const { path, proof } of provenPaths(folder, verdict)) {
    const file = await diskSource(path)
    const found = file === undefined ? undefined : await sha256Of(file, nodeHasher, options)
    if (found === proof.sha256) continue
    const name = basename(path)
    const fault = found === undefined ? 'it is gone' : `its SHA-256 is ${found} instead of ${proof.sha256}`
    damages.push({ name, fault })
  }
  if (damages.length > 0) {
    // The verdict first: who looks meanwhile takes the published file.
    await rm(preparedPaths(folder).verdict, { force: true })
    await dropPrepared(folder)
  }
  return damages
}
