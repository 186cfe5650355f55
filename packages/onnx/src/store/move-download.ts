import type { RemoteModelManifest } from '@sensevoice-web/engine'
import type { ModelStorage } from './store-folder.ts'

/**
 * Takes what has been downloaded so far to another storage and frees the first one: where storing fails at 200 of 240 MB, the 200 need not
 * come again. What cannot be read is left behind.
 */
export async function moveDownload(
  from: ModelStorage,
  to: ModelStorage,
  key: string,
  { files }: RemoteModelManifest,
): Promise<void> {
  try {
    await from.exclusive(key, async () => {
      for (const { name } of [files.model, files.tokens]) await movePartial(from, to, key, name)
      await from.folder(key).removeAll()
    })
  } catch {
    // The place that failed may fail here too; then the download begins anew.
  }
}

async function movePartial(from: ModelStorage, to: ModelStorage, key: string, name: string): Promise<void> {
  const held = (await from.folder(key).files()).some((file) => file.name === name && file.partial)
  if (!held) return
  const old = await from.folder(key).partial(name)
  const moved = await to.folder(key).partial(name)
  try {
    await moved.clear()
    for await (const bytes of old.read()) await moved.append(bytes)
    if (old.tag !== undefined) await moved.setTag(old.tag)
  } finally {
    await old.close()
    await moved.close()
  }
}
