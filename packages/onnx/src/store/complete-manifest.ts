import {
  findTags,
  type ModelManifest,
  parseVocabulary,
  type RemoteModelManifest,
  SpeechError,
  type Vocabulary,
} from '@sensevoice-web/engine'
import { factsFromCmvn } from '../model/facts-from-cmvn.ts'
import { factsFromMetadata } from '../model/facts-from-metadata.ts'
import { flavourOf } from '../model/model-flavour.ts'
import type { ByteSource } from '../prepare/byte-source.ts'
import { readGraph } from '../prepare/proto/read-graph.ts'
import type { DownloadedFile } from './download-file.ts'
import { looksLikeHtml } from './looks-like-html.ts'

export interface ModelContents {
  /** The ONNX file. */
  readonly model: ByteSource
  /** Text of tokens.txt, or of FunASR's tokens.json. */
  readonly tokens: string
  /** Text of am.mvn: a FunASR export needs it, others do without. */
  readonly cmvn?: string | undefined
}

/**
 * Looks into a model's files whether they are what is said of them and belong together, and completes the manifest with the facts that only
 * the files know. Reads the graph's structure, not its weights.
 *
 * @throws SpeechError `model-corrupt` (cut short, a web page, no ONNX), `model-unsupported` (another graph, the "nano" and 2025-09-09
 *   variants, no metadata and no facts, tokens of another model)
 */
export async function completeManifest(
  remote: RemoteModelManifest,
  { model, tokens, cmvn }: ModelContents,
  proven: { readonly model: DownloadedFile; readonly tokens: DownloadedFile },
): Promise<ModelManifest> {
  if (looksLikeHtml(await model.read(0, Math.min(64, model.byteLength)))) throw webPage('model')
  const graph = await readGraph(model)
  const carriesNone = !graph.metadata.has('model_type') && cmvn !== undefined
  // The metadata first: they name a variant where the graph can only be called another one.
  const said =
    remote.facts === undefined
      ? carriesNone
        ? undefined
        : factsFromMetadata(graph.metadata)
      : { ...remote.facts, languages: remote.languages }
  const flavour = flavourOf(graph.inputNames, graph.outputNames)
  const vocabulary = vocabularyOf(tokens)
  const facts = said ?? factsFromCmvn(cmvn ?? '', flavour, vocabulary.size)
  if (flavour !== facts.flavour) {
    throw new SpeechError(
      'model-unsupported',
      `the model is said to be a ${facts.flavour} export, but its graph is a ${flavour} export`,
      { hint: 'Use the model file that the manifest was made for.' },
    )
  }
  if (vocabulary.size !== facts.vocabularySize) {
    throw new SpeechError(
      'model-unsupported',
      `the token list has ${vocabulary.size} tokens, the model ${facts.vocabularySize}`,
      { hint: 'Model and tokens.txt have to come from the same place.' },
    )
  }
  findTags(vocabulary, facts.languages)
  const { files, facts: _, ...about } = remote
  return {
    ...about,
    ...facts,
    embedded: false,
    files: {
      model: { path: files.model.name, ...proven.model },
      tokens: { path: files.tokens.name, ...proven.tokens },
    },
  }
}

function vocabularyOf(tokens: string): Vocabulary {
  if (looksLikeHtml(new TextEncoder().encode(tokens.slice(0, 64)))) throw webPage('token list')
  return parseVocabulary(tokens)
}

function webPage(what: string): SpeechError {
  return new SpeechError('model-corrupt', `the ${what} is a web page that was saved under its name`, {
    hint: 'Download the file itself, not the page about it.',
  })
}
