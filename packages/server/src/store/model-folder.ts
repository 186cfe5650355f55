import { stat } from 'node:fs/promises'
import { SpeechError } from '@sensevoice-web/engine'
import { knownModel } from '@sensevoice-web/onnx'
import { DiskStorage } from './disk-storage.ts'
import { nodeStore } from './node-store.ts'
import { modelsHome } from './store-home.ts'

/**
 * The folder of a model that is given by its folder, or by key, id or address of a stored one. Nothing is downloaded.
 *
 * @throws SpeechError `model-not-found` when it is neither, or not fetched yet
 */
export async function modelFolder(model: string): Promise<string> {
  const info = await stat(model).catch(() => undefined)
  if (info?.isDirectory()) return model
  const storage = new DiskStorage(modelsHome())
  const entries = await nodeStore(storage).list()
  const named = entries.filter(({ key, id, source }) => [key, id, source].includes(model))
  const complete = named.find(({ state }) => state === 'complete')
  if (complete !== undefined) return storage.path(complete.key)
  if (named.length > 0) {
    throw new SpeechError('model-not-found', `the model ${model} is not complete: its download was cut`, {
      hint: `Go on with it: sensevoice model fetch ${named[0]?.source ?? model}`,
    })
  }
  if (knownModel(model) !== undefined) {
    throw new SpeechError('model-not-found', `the model ${model} is not on this machine`, {
      hint: `Fetch it once: sensevoice model fetch ${model}`,
    })
  }
  throw new SpeechError(
    'model-not-found',
    `there is no model folder ${model}, nor a stored model of that name`,
    {
      hint: 'Give a folder with a model file and tokens.txt, or a name that `sensevoice model list` shows. In a checkout, `npm run setup` puts the embedded model in place.',
    },
  )
}
