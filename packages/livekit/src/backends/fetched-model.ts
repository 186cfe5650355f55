import { isSpeechError } from '@sensevoice-web/engine'
import { knownModel, type WantedModel, wantedByAddress } from '@sensevoice-web/onnx'
import { modelFolder, nodeStore } from '@sensevoice-web/server'

/**
 * The folder of a model that is given by its folder, by the name of a published one, or by the address of a manifest or an .onnx file. What is named and
 * not here yet is fetched into the store first; jobs and processes that ask at once share one download, and one that was cut goes on.
 *
 * @throws SpeechError `model-not-found` for what is neither here nor to be had, `network`, `model-corrupt`, `storage-full`
 */
export async function fetchedModel(model: string): Promise<string> {
  try {
    return await modelFolder(model)
  } catch (error) {
    const wanted = isSpeechError(error) && error.code === 'model-not-found' ? wantedOf(model) : undefined
    if (wanted === undefined) throw error
    const stored = await nodeStore().open(wanted)
    await stored.release()
    return await modelFolder(model)
  }
}

/** What the store can fetch under that name; undefined for folders and names that nobody knows. */
function wantedOf(model: string): WantedModel | undefined {
  if (/^https?:\/\//.test(model)) return wantedByAddress(model)
  return knownModel(model) === undefined ? undefined : { type: 'known', name: model }
}
