import { type ModelManifest, type RemoteModelManifest, readManifest } from '@sensevoice-web/engine'
import { readFile, type StoreFolder, writeFile } from './store-folder.ts'

/** Written before the first download: what is being fetched, and for whom. */
const SOURCE = 'source.json'
/** Written last: a folder with it is complete, one without is a download under way. */
const MANIFEST = 'manifest.json'

export interface SourceRecord {
  readonly schema: 1
  /** What the user asked for: a name of the catalogue or an address. */
  readonly source: string
  readonly remote: RemoteModelManifest
}

export async function writeSource(folder: StoreFolder, record: SourceRecord): Promise<void> {
  await writeJson(folder, SOURCE, record)
}

/** undefined where there is none that this version wrote and can read. */
export async function readSource(folder: StoreFolder): Promise<SourceRecord | undefined> {
  const json = (await readJson(folder, SOURCE)) as Partial<SourceRecord> | undefined
  return json?.schema === 1 && typeof json.source === 'string' && json.remote !== undefined
    ? (json as SourceRecord)
    : undefined
}

export async function writeStoredManifest(folder: StoreFolder, manifest: ModelManifest): Promise<void> {
  await writeJson(folder, MANIFEST, manifest)
}

/** The manifest of a complete folder whose files are there in the right sizes; undefined otherwise. */
export async function readStoredManifest(folder: StoreFolder): Promise<ModelManifest | undefined> {
  const json = await readJson(folder, MANIFEST)
  if (json === undefined) return undefined
  let manifest: ModelManifest
  try {
    manifest = readManifest(json)
  } catch {
    return undefined
  }
  const there = await folder.files()
  const whole = Object.values(manifest.files).every(({ path, bytes }) =>
    there.some((file) => file.name === path && file.bytes === bytes && !file.partial),
  )
  return whole ? manifest : undefined
}

/** From then on the folder is a download under way. */
export async function forgetStoredManifest(folder: StoreFolder): Promise<void> {
  await folder.remove(MANIFEST)
}

async function writeJson(folder: StoreFolder, name: string, value: unknown): Promise<void> {
  await writeFile(folder, name, new TextEncoder().encode(JSON.stringify(value)))
}

async function readJson(folder: StoreFolder, name: string): Promise<unknown> {
  const bytes = await readFile(folder, name)
  if (bytes === undefined) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
