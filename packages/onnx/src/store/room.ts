import { type RemoteModelManifest, SpeechError } from '@sensevoice-web/engine'
import type { ModelStorage, StoreFolder } from './store-folder.ts'

/** Room beside the files themselves, for records and what a file system needs. */
const SPARE_BYTES = 4 << 20

/**
 * Refuses what would not fit before any of it is written.
 *
 * @param bytes still to be stored
 * @throws SpeechError `quota-exceeded` when they will not fit, as far as the storage knows
 */
export async function requireRoom(place: Pick<ModelStorage, 'freeBytes'>, bytes: number): Promise<void> {
  const needed = bytes + SPARE_BYTES
  const free = await place.freeBytes()
  if (free === undefined || needed <= free) return
  throw new SpeechError(
    'quota-exceeded',
    `the model needs ${megabytes(needed)} more, and ${megabytes(free)} may still be stored`,
    { hint: 'Free some space, or remove another model.' },
  )
}

/**
 * What is still to come of a model's files, as far as their sizes are known: bare addresses do not tell them.
 *
 * @returns undefined when every file is there
 */
export async function missingBytes(
  folder: StoreFolder,
  { files }: RemoteModelManifest,
): Promise<number | undefined> {
  const there = await folder.files()
  const isThere = (wanted: string) => there.some(({ name, partial }) => name === wanted && !partial)
  if (Object.values(files).every(({ name }) => isThere(name))) return undefined
  let missing = 0
  for (const { name, bytes = 0 } of Object.values(files)) {
    const held = there.reduce((sum, file) => (file.name === name ? sum + file.bytes : sum), 0)
    missing += Math.max(0, bytes - held)
  }
  return missing
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
