import type { RemoteModelManifest } from '@sensevoice-web/engine'
import type { CreateHasher } from './hasher.ts'

/** Another file under the same id is another folder; a model of unknown hash has one by its address. */
export async function folderName(
  remote: RemoteModelManifest,
  source: string,
  createHasher: CreateHasher,
): Promise<string> {
  const id = remote.id.replace(/[^\w.-]+/g, '-').replace(/^\.+/, '')
  const { sha256 } = remote.files.model
  return `${id === '' ? 'model' : id}-${(sha256 ?? (await hashOf(source, createHasher))).slice(0, 12)}`
}

async function hashOf(text: string, createHasher: CreateHasher): Promise<string> {
  const hasher = await createHasher()
  hasher.update(new TextEncoder().encode(text))
  return hasher.hex()
}
