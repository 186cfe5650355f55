import { type ModelManifest, readManifest, SpeechError } from '@sensevoice-web/engine'
import type { ModelLocation } from '../../wire/recognizer-api.ts'
import { download, type OnBytes } from '../download.ts'

export interface ModelFiles {
  readonly manifest: ModelManifest
  readonly model: Uint8Array
  readonly tokens: string
}

/**
 * Fetches a model by its manifest and checks every file against it.
 *
 * @throws SpeechError `network`, `model-not-found`, `model-corrupt`
 */
export async function fetchModel(location: ModelLocation, onBytes: OnBytes): Promise<ModelFiles> {
  const manifest = readManifest(
    parse(await download(location.manifest, 'the model manifest'), location.manifest),
  )
  const { model: modelFile, tokens: tokensFile } = manifest.files
  const beside = (path: string) => new URL(path, location.manifest).href
  const [model, tokens] = await Promise.all([
    download(location.model ?? beside(modelFile.path), 'the model', onBytes, modelFile),
    download(location.tokens ?? beside(tokensFile.path), 'the token list', undefined, tokensFile),
  ])
  return { manifest, model, tokens: new TextDecoder().decode(tokens) }
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
