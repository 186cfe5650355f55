import { type LoadProgress, readManifest, SpeechError } from '@sensevoice-web/engine'
import { memorySource } from '@sensevoice-web/onnx'
import type { ModelLocation } from '../../wire/recognizer-api.ts'
import { download } from '../download.ts'
import { openLocalModel } from './local-model.ts'
import type { ModelFiles } from './opened-model.ts'
import { openStoredModel } from './stored-model.ts'
import { throttled } from './throttled.ts'

/**
 * Opens a model, fetched first where it is neither stored nor at hand.
 *
 * @throws SpeechError `network`, `model-not-found`, `model-corrupt`, `model-unsupported`, `file-unreadable`
 */
export async function openModel(
  location: ModelLocation,
  onProgress: (progress: LoadProgress) => void,
): Promise<ModelFiles> {
  const tell = throttled(onProgress)
  switch (location.type) {
    case 'embedded':
      return await fetchEmbedded(location, tell)
    case 'stored':
      return await openStoredModel(location.wanted, tell)
    case 'files':
      return await openLocalModel(location, tell)
  }
}

async function fetchEmbedded(
  location: Extract<ModelLocation, { type: 'embedded' }>,
  onProgress: (progress: LoadProgress) => void,
): Promise<ModelFiles> {
  const manifest = readManifest(
    parse(await download(location.manifest, 'the model manifest'), location.manifest),
  )
  const onBytes = (loadedBytes: number, totalBytes: number | undefined) =>
    onProgress({ stage: 'model', loadedBytes, ...(totalBytes === undefined ? {} : { totalBytes }) })
  const [model, tokens] = await Promise.all([
    download(location.model, 'the model', onBytes, manifest.files.model),
    download(location.tokens, 'the token list', undefined, manifest.files.tokens),
  ])
  return {
    manifest,
    model: memorySource(model),
    tokens: new TextDecoder().decode(tokens),
    place: { kind: 'embedded', failures: 0, reason: 'The model is a part of the library.' },
  }
}

function parse(bytes: Uint8Array, url: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new SpeechError('model-corrupt', `the model manifest at ${url} is no JSON`, {
      hint: 'Give the address of a manifest.json.',
      cause,
    })
  }
}
