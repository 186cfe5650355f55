import {
  type AcousticModel,
  type Clock,
  createFrontEnd,
  createRecognizer,
  findTags,
  parseVocabulary,
  type Recognizer,
  readManifest,
  SpeechError,
  type TagIds,
  type Vocabulary,
} from '@sensevoice-web/engine'
import { factsFromMetadata } from './model/facts-from-metadata.ts'
import { readMetadataProps } from './model/metadata-props.ts'
import type { ModelFacts } from './model/model-facts.ts'
import { createSenseVoiceModel } from './model/sense-voice-model.ts'
import type { SessionOptions } from './session.ts'

/** Rows of the warm-up run: one second of sound. */
const WARM_UP_FRAMES = 17

export interface LoadRecognizerOptions extends SessionOptions {
  /** Text of the model's tokens.txt. */
  readonly tokens: string
  /** Parsed manifest.json. Without one the facts are read from the ONNX file's own metadata, which only sherpa-onnx exports carry. */
  readonly manifest?: unknown
  /** Facts that were read before; they go before those of manifest and metadata. A model given by its path needs them or a manifest. */
  readonly facts?: ModelFacts
  readonly clock: Clock
}

export interface LoadedRecognizer {
  readonly recognizer: Recognizer
  readonly facts: ModelFacts
  /** Time of the first run, in ms: it shows that model, manifest and tokens fit, and compiles what is compiled at first use. */
  readonly warmUpMs: number
}

/**
 * From a model's files to a `Recognizer` that has run once.
 *
 * @throws SpeechError `model-corrupt`, `model-unsupported` (another model, or files that do not belong together), `out-of-memory`,
 *   `inference-failed` when the warm-up does not give probabilities
 */
export async function loadRecognizer(options: LoadRecognizerOptions): Promise<LoadedRecognizer> {
  const facts = options.facts ?? factsOf(options)
  const { tokens, clock } = options
  return await recognizerOver((tags) => createSenseVoiceModel({ ...options, facts, tags }), {
    facts,
    tokens,
    clock,
  })
}

export interface RecognizerFiles {
  readonly facts: ModelFacts
  /** Text of the model's tokens.txt. */
  readonly tokens: string
  readonly clock: Clock
}

/**
 * A `Recognizer` over an acoustic model that runs anywhere, which is run once.
 *
 * @param createModel is told the tag ids of the vocabulary; the model is disposed of with the recognizer, and when its first run fails
 * @throws SpeechError `model-unsupported` when the token list is another model's; what `createModel` and the first run throw
 */
export async function recognizerOver(
  createModel: (tags: TagIds) => Promise<AcousticModel>,
  { facts, tokens, clock }: RecognizerFiles,
): Promise<LoadedRecognizer> {
  const vocabulary = parseVocabulary(tokens)
  checkVocabularySize(vocabulary, facts)
  const tags = findTags(vocabulary, facts.languages)
  const frontEnd = createFrontEnd(facts.frontend)
  const model = await createModel(tags)
  const started = clock()
  try {
    await warmUp(model, frontEnd.dimension)
  } catch (error) {
    await model.dispose()
    throw error
  }
  const warmUpMs = clock() - started
  const recognizer = createRecognizer({ frontEnd, model, vocabulary, tags, blank: facts.ids.blank, clock })
  return { recognizer, facts, warmUpMs }
}

/** Runs a model once on a second of nothing, as `recognizerOver` does. */
export async function warmUp(model: AcousticModel, dimension: number): Promise<void> {
  const data = new Float32Array(WARM_UP_FRAMES * dimension)
  await model.infer({ data, frames: WARM_UP_FRAMES, dimension }, { language: 'auto', withItn: true })
}

function factsOf({ manifest, model }: LoadRecognizerOptions): ModelFacts {
  if (manifest !== undefined) return readManifest(manifest)
  if (typeof model !== 'string') return factsFromMetadata(readMetadataProps(model))
  throw new SpeechError('invalid-argument', 'a model given by its path needs `manifest` or `facts`')
}

function checkVocabularySize(vocabulary: Vocabulary, facts: ModelFacts): void {
  if (vocabulary.size === facts.vocabularySize) return
  throw new SpeechError(
    'model-unsupported',
    `the token list has ${vocabulary.size} tokens, the model ${facts.vocabularySize}`,
    { hint: 'Model and tokens.txt have to come from the same place.' },
  )
}
