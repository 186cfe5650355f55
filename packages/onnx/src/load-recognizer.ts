import {
  type Clock,
  createFrontEnd,
  createRecognizer,
  findTags,
  parseVocabulary,
  type Recognizer,
  readManifest,
  SpeechError,
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
  const { clock } = options
  const facts = options.facts ?? factsOf(options)
  const vocabulary = parseVocabulary(options.tokens)
  checkVocabularySize(vocabulary, facts)
  const tags = findTags(vocabulary, facts.languages)
  const frontEnd = createFrontEnd(facts.frontend)
  const model = await createSenseVoiceModel({ ...options, facts, tags })
  const started = clock()
  try {
    const data = new Float32Array(WARM_UP_FRAMES * frontEnd.dimension)
    const prompt = { language: 'auto', withItn: true } as const
    await model.infer({ data, frames: WARM_UP_FRAMES, dimension: frontEnd.dimension }, prompt)
  } catch (error) {
    await model.dispose()
    throw error
  }
  const warmUpMs = clock() - started
  const recognizer = createRecognizer({ frontEnd, model, vocabulary, tags, blank: facts.ids.blank, clock })
  return { recognizer, facts, warmUpMs }
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
