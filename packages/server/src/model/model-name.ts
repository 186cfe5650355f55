import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readServedModel, type ServedModelFacts } from '@sensevoice-web/protocol'

/** What a model is called by its manifest, and what that says of it; a published download without one has the name of its folder. */
export async function modelName(folder: string): Promise<ServedModelFacts> {
  try {
    return readServedModel(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')))
  } catch {
    // No manifest, or one that the loading of the model has something to say about.
    return { name: basename(folder), version: '' }
  }
}
