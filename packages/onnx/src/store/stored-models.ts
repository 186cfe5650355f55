import type { ModelManifest } from '@sensevoice-web/engine'
import type { ByteSource } from '../prepare/byte-source.ts'
import type { ModelStorage, Release, StoreFolder } from './store-folder.ts'
import { readSource, readStoredManifest } from './stored-record.ts'

/** A complete model in the store. */
export interface StoredModel {
  /** Name of its folder, under which it is removed and verified. */
  readonly key: string
  /** What it was asked for by: a name of the catalogue or an address. */
  readonly source: string
  readonly manifest: ModelManifest
  readonly storage: ModelStorage['kind']
  /** The ONNX file. */
  readonly model: ByteSource
  /** Text of tokens.txt. */
  readonly tokens: string
  /** What is made of the model is kept here too, and removed with it. */
  readonly folder: StoreFolder
}

/** A complete model that nobody can remove. */
export interface UsedModel extends StoredModel {
  /** To be called once its files are read: from then on it can be removed. The end of the tab or process does the same. */
  readonly release: Release
}

/** One model of the store, whether all of it is there or not yet. */
export interface StoreEntry {
  /** Name of its folder. */
  readonly key: string
  /** What it was asked for by: a name of the catalogue or an address. */
  readonly source: string
  readonly id: string
  readonly name: string
  readonly version: string
  readonly license: ModelManifest['license']
  /** `partial`: a download that was cut; the next one goes on with it. */
  readonly state: 'complete' | 'partial'
  /** Of everything in its folder. */
  readonly bytes: number
  /** Of model and tokens, where it is known beforehand. */
  readonly totalBytes?: number
}

/** The model in a folder, if it is complete. */
export async function openStored(storage: ModelStorage, key: string): Promise<StoredModel | undefined> {
  const folder = storage.folder(key)
  const manifest = await readStoredManifest(folder)
  const record = await readSource(folder)
  if (manifest === undefined || record === undefined) return undefined
  const model = await folder.open(manifest.files.model.path)
  const tokens = await folder.open(manifest.files.tokens.path)
  if (model === undefined || tokens === undefined) return undefined
  const text = new TextDecoder().decode(await tokens.read(0, tokens.byteLength))
  return { key, source: record.source, manifest, storage: storage.kind, model, tokens: text, folder }
}

/** What `open` finds in a folder, with the folder in use from before `open` looks on. */
export async function inUse(
  storage: ModelStorage,
  key: string,
  open: () => Promise<StoredModel | undefined>,
  signal?: AbortSignal,
): Promise<UsedModel | undefined> {
  const release = await storage.use(key, signal)
  let stored: StoredModel | undefined
  try {
    stored = await open()
    return stored && { ...stored, release }
  } finally {
    if (stored === undefined) await release()
  }
}

/** The complete model that was asked for by `source`. */
export async function findStored(storage: ModelStorage, source: string): Promise<StoredModel | undefined> {
  for (const key of await storage.folders()) {
    if ((await readSource(storage.folder(key)))?.source !== source) continue
    const stored = await openStored(storage, key)
    if (stored !== undefined) return stored
  }
  return undefined
}

export async function listStored(storage: ModelStorage): Promise<readonly StoreEntry[]> {
  const entries = await Promise.all((await storage.folders()).map((key) => entryOf(storage, key)))
  return entries.filter((entry) => entry !== undefined)
}

async function entryOf(storage: ModelStorage, key: string): Promise<StoreEntry> {
  const folder = storage.folder(key)
  const record = await readSource(folder)
  const bytes = (await folder.files()).reduce((sum, file) => sum + file.bytes, 0)
  if (record === undefined) return { ...UNREADABLE, key, source: key, id: key, name: key, bytes }
  const { id, name, version, license, files } = record.remote
  const complete = (await readStoredManifest(folder)) !== undefined
  const { model, tokens } = files
  const known = model.bytes !== undefined && tokens.bytes !== undefined
  return {
    key,
    source: record.source,
    id,
    name,
    version,
    license,
    state: complete ? 'complete' : 'partial',
    bytes,
    ...(known ? { totalBytes: (model.bytes ?? 0) + (tokens.bytes ?? 0) } : {}),
  }
}

/** A folder whose record was lost: it is shown, so that it can be removed. */
const UNREADABLE = {
  version: '-',
  license: { name: 'not stated', attribution: 'not stated' },
  state: 'partial',
} as const
