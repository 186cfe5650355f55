import { SpeechError } from '@sensevoice-web/engine'
import { knownModel, wantedByAddress } from '@sensevoice-web/onnx'
import type { LocalModelFile, ModelChoice } from '../api/options.ts'
import type { ModelLocation } from '../wire/recognizer-api.ts'
import type { ResolvedAssets } from './asset-urls.ts'

/**
 * Where the wanted model comes from.
 *
 * @throws SpeechError `invalid-argument`
 */
export function locateModel(model: ModelChoice, assets: ResolvedAssets, baseUrl: string): ModelLocation {
  if (model === 'tiny') {
    const { tinyManifest, tinyModel, tinyTokens } = assets
    return { type: 'embedded', manifest: tinyManifest, model: tinyModel, tokens: tinyTokens }
  }
  if (typeof model === 'string' && knownModel(model) !== undefined) {
    return { type: 'stored', wanted: { type: 'known', name: model } }
  }
  if (isAddress(model)) {
    return { type: 'stored', wanted: wantedByAddress(absolute(model, baseUrl)) }
  }
  if (isLocalFile(model)) {
    throw new SpeechError('invalid-argument', 'a model file needs its tokens.txt', {
      hint: 'Give both: { model: file, tokens: file }.',
    })
  }
  const { model: file, tokens, cmvn } = model
  if (isAddress(file) && isAddress(tokens) && (cmvn === undefined || isAddress(cmvn))) {
    const urls = { model: absolute(file, baseUrl), tokens: absolute(tokens, baseUrl) }
    const more = cmvn === undefined ? {} : { cmvn: absolute(cmvn, baseUrl) }
    return { type: 'stored', wanted: { type: 'files', ...urls, ...more } }
  }
  if (isLocalFile(file) && isLocalFile(tokens) && (cmvn === undefined || isLocalFile(cmvn))) {
    return { type: 'files', model: file, tokens, ...(cmvn === undefined ? {} : { cmvn }) }
  }
  throw new SpeechError('invalid-argument', 'the files of a model must all be addresses or all be files')
}

function isAddress(value: unknown): value is string | URL {
  return typeof value === 'string' || value instanceof URL
}

function isLocalFile(value: unknown): value is LocalModelFile {
  return (
    value instanceof Blob || ('FileSystemFileHandle' in globalThis && value instanceof FileSystemFileHandle)
  )
}

function absolute(address: string | URL, baseUrl: string): string {
  try {
    return new URL(address, baseUrl).href
  } catch (cause) {
    throw new SpeechError('invalid-argument', `"${String(address)}" is no address of a model`, { cause })
  }
}
