import { stat } from 'node:fs/promises'
import { SpeechError } from '@sensevoice-web/engine'
import { knownModel, type Release } from '@sensevoice-web/onnx'
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
  return storage.path(await storedKey(storage, model))
}

/** A model's folder that nobody removes from the store. */
export interface UsedFolder {
  readonly folder: string
  /** To be called once it is read; the end of the process does the same. */
  readonly release: Release
}

/**
 * As `modelFolder`, and `sensevoice model remove` of any process waits until the folder is released. A folder that is given by its path is its
 * owner's: nothing keeps it.
 *
 * @throws SpeechError as `modelFolder`
 */
export async function useModelFolder(model: string): Promise<UsedFolder> {
  const info = await stat(model).catch(() => undefined)
  if (info?.isDirectory()) return { folder: model, release: async () => {} }
  const storage = new DiskStorage(modelsHome())
  const key = await storedKey(storage, model)
  const release = await storage.use(key)
  try {
    // It may have been removed in between.
    await storedKey(storage, key)
  } catch (error) {
    await release()
    throw error
  }
  return { folder: storage.path(key), release }
}

/** Reads something of a model's folder, which nobody removes meanwhile. */
export async function withModelFolder<Value>(
  model: string,
  work: (folder: string) => Promise<Value>,
): Promise<Value> {
  const { folder, release } = await useModelFolder(model)
  return await work(folder).finally(release)
}

async function storedKey(storage: DiskStorage, model: string): Promise<string> {
  const entries = await nodeStore(storage).list()
  const named = entries.filter(({ key, id, source }) => [key, id, source].includes(model))
  const complete = named.find(({ state }) => state === 'complete')
  if (complete !== undefined) return complete.key
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
