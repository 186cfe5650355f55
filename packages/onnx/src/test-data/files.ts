import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  findTags,
  type ModelFlavour,
  parseVocabulary,
  readManifest,
  readWav,
  type TagIds,
} from '@sensevoice-web/engine'
import { factsFromCmvn } from '../model/facts-from-cmvn.ts'
import type { ModelFacts } from '../model/model-facts.ts'

const REPOSITORY = new URL('../../../../', import.meta.url)

export function repositoryFile(path: string): Uint8Array {
  return readFileSync(new URL(path, REPOSITORY))
}

export function repositoryText(path: string): string {
  return readFileSync(new URL(path, REPOSITORY), 'utf8')
}

/** A model file of the vad-web package, e.g. `silero_vad_v5`. */
export function vadModel(name: string): Uint8Array {
  const index = createRequire(import.meta.url).resolve('@ricky0123/vad-web')
  return readFileSync(new URL(`./${name}.onnx`, `file://${index}`))
}

/** A committed 16 kHz clip of models/golden. */
export function goldenClip(name: string): Float32Array {
  return readWav(repositoryFile(`models/golden/audio/${name}.wav`)).samples
}

/** Little-endian float32 values without a header. */
export function goldenValues(file: string): Float32Array {
  const bytes = repositoryFile(`models/golden/${file}`)
  return new Float32Array(Uint8Array.from(bytes).buffer)
}

/** The project's own model. */
export function tinyModel(): { model: Uint8Array; tokens: string; manifest: unknown } {
  return {
    model: repositoryFile('models/tiny/model.int8.onnx'),
    tokens: repositoryText('models/tiny/tokens.txt'),
    manifest: JSON.parse(repositoryText('models/tiny/manifest.json')),
  }
}

/** A published kind of file: the bytes, and what is known of them from the files beside. */
export interface QuantizedModel {
  readonly model: Uint8Array
  readonly facts: ModelFacts
  readonly tags: TagIds
}

/**
 * A small quantized file of each flavour: the project's own model, with one scale for a matrix, and one of models/golden with arbitrary weights and
 * one scale for each column, as FunASR publishes it.
 */
export function quantizedModel(flavour: ModelFlavour): QuantizedModel {
  const { model, tokens, manifest } = flavour === 'sherpa' ? tinyModel() : contractModel()
  const vocabulary = parseVocabulary(tokens)
  const facts =
    manifest === undefined
      ? factsFromCmvn(repositoryText('models/golden/contract/am.mvn'), flavour, vocabulary.size)
      : readManifest(manifest)
  return { model, facts, tags: findTags(vocabulary, facts.languages) }
}

function contractModel(): { model: Uint8Array; tokens: string; manifest: undefined } {
  return {
    model: repositoryFile('models/golden/contract/funasr.int8.onnx'),
    tokens: repositoryText('models/golden/contract/tokens.txt'),
    manifest: undefined,
  }
}
