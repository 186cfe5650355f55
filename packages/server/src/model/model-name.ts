import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** What a model is called by its manifest; a published download without one by its folder. */
export async function modelName(folder: string): Promise<{ name: string; version: string }> {
  try {
    const { name, version } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Record<
      string,
      unknown
    >
    if (typeof name === 'string' && typeof version === 'string') return { name, version }
  } catch {
    // No manifest, or one that the loading of the model has something to say about.
  }
  return { name: basename(folder), version: '' }
}
