import type { ModelStorage } from '@sensevoice-web/onnx'
import { CacheModelStorage } from '../../store/cache-storage.ts'
import { opensFileSystem } from '../../store/opens-file-system.ts'
import { OpfsStorage } from '../../store/opfs-storage.ts'
import { OpfsPartial } from './opfs-partial.ts'

/** The best place of this browser that takes a file; undefined where there is none. */
export async function chooseStorage(): Promise<ModelStorage | undefined> {
  if (await opfsWorks()) return new OpfsStorage((folder, name) => OpfsPartial.open(folder, name))
  return 'caches' in globalThis ? new CacheModelStorage() : undefined
}

async function opfsWorks(): Promise<boolean> {
  const handle = globalThis.FileSystemFileHandle?.prototype
  if (handle === undefined || !('createSyncAccessHandle' in handle) || !('move' in handle)) return false
  // Firefox has them in private windows too, and refuses them there.
  return await opensFileSystem()
}
