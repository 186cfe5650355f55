import type { RemoteModelManifest } from '@sensevoice-web/engine'
import { isSame } from './same-files.ts'
import type { ModelStorage, StoreFolder } from './store-folder.ts'
import { readSource } from './stored-record.ts'

const PIECE_BYTES = 4 << 20

/**
 * Takes what has come of a model to another storage: where storing fails at 200 of 240 MB, the 200 need not come again. Frees the first one of a download
 * under way, which could not be gone on with there. A finished model stays in it, for the next session and for whoever uses it now: it is whole, only its
 * place has failed. What cannot be read is left behind.
 */
export async function moveDownload(
  from: ModelStorage,
  to: ModelStorage,
  key: string,
  { files }: RemoteModelManifest,
  signal?: AbortSignal,
): Promise<void> {
  const copyAll = async () => {
    const [old, copy] = [from.folder(key), to.folder(key)]
    const held = (await readSource(old))?.remote.files
    for (const kind of ['model', 'tokens', 'cmvn'] as const) {
      const file = files[kind]
      if (file !== undefined && isSame(held?.[kind], file)) await copyFile(old, copy, file.name)
    }
    const finished = (await old.files()).some(({ name, partial }) => name === files.model.name && !partial)
    if (!finished) await from.ifUnused(key, () => old.removeAll())
  }
  try {
    await from.exclusive(key, copyAll, signal)
  } catch {
    // The place that failed may fail here too; then the download begins anew.
  }
}

async function copyFile(from: StoreFolder, to: StoreFolder, name: string): Promise<void> {
  const there = (await from.files()).filter((file) => file.name === name)
  if (there.some(({ partial }) => !partial)) await copyFinished(from, to, name)
  else if (there.length > 0) await copyPartial(from, to, name)
}

async function copyFinished(from: StoreFolder, to: StoreFolder, name: string): Promise<void> {
  const source = await from.open(name)
  if (source === undefined) return
  const copy = await to.partial(name)
  try {
    await copy.clear()
    for (let at = 0; at < source.byteLength; at += PIECE_BYTES) {
      await copy.append(await source.read(at, Math.min(PIECE_BYTES, source.byteLength - at)))
    }
    await copy.finish()
  } finally {
    await copy.close()
  }
}

async function copyPartial(from: StoreFolder, to: StoreFolder, name: string): Promise<void> {
  const old = await from.partial(name)
  const copy = await to.partial(name)
  try {
    await copy.clear()
    for await (const bytes of old.read()) await copy.append(bytes)
    if (old.tag !== undefined) await copy.setTag(old.tag)
  } finally {
    await old.close()
    await copy.close()
  }
}
