import { performance } from 'node:perf_hooks'
import {
  type Clock,
  createFrontEnd,
  createRecognizer,
  type FrontEnd,
  findTags,
  parseVocabulary,
  type RecognizeOptions,
  type Recognizer,
  SpeechError,
  type TagIds,
  type Vocabulary,
} from '@sensevoice-web/engine'
import type { ModelFacts } from '@sensevoice-web/onnx'
import type { PoolCall } from './endpoint-pool.ts'
import { readLocalFiles } from './local-files.ts'
import type { PoolCounters } from './pool-event.ts'
import type { EndpointPoolOptions } from './pool-options.ts'
import { TritonModel } from './triton-model.ts'

export interface TritonRecognizerOptions extends EndpointPoolOptions {
  /** Folder with manifest.json and tokens of the model that the endpoints serve; its ONNX file is not needed here. */
  readonly modelDir: string
  /** Start also when no endpoint is well. Default false. */
  readonly startUnavailable?: boolean
  /** Default `performance.now`. */
  readonly clock?: Clock
}

/** How one segment is to be recognized, and how long its caller waits. */
export type TritonRecognizeOptions = RecognizeOptions & PoolCall

export interface TritonRecognizer extends Recognizer {
  readonly facts: ModelFacts
  /** Whether an endpoint can be asked now. */
  readonly available: boolean
  readonly counters: PoolCounters
  recognize(
    segment: Parameters<Recognizer['recognize']>[0],
    options?: TritonRecognizeOptions,
  ): ReturnType<Recognizer['recognize']>
}

/**
 * A `Recognizer` whose acoustic model is served by Triton: front end, vocabulary and decoding run here, from a model's folder.
 *
 * @throws SpeechError `model-not-found`, `model-corrupt`, `model-unsupported` (another vocabulary here or there), `invalid-argument`; `network` when no
 *   endpoint is well
 */
export async function createTritonRecognizer(options: TritonRecognizerOptions): Promise<TritonRecognizer> {
  const { modelDir, clock = () => performance.now(), ...modelOptions } = options
  const { facts, tokens, identity } = await readLocalFiles(modelDir)
  const vocabulary = parseVocabulary(tokens)
  if (vocabulary.size !== facts.vocabularySize) {
    const message = `the token list has ${vocabulary.size} tokens, the model ${facts.vocabularySize}`
    throw new SpeechError('model-unsupported', message, { hint: 'Both have to come from the same place.' })
  }
  const tags = findTags(vocabulary, facts.languages)
  const frontEnd = createFrontEnd(facts.frontend)
  const model = await TritonModel.connect({ ...modelOptions, facts, tags, identity })
  return new ServedRecognizer({ facts, model, frontEnd, vocabulary, tags, clock })
}

interface Parts {
  readonly facts: ModelFacts
  readonly model: TritonModel
  readonly frontEnd: FrontEnd
  readonly vocabulary: Vocabulary
  readonly tags: TagIds
  readonly clock: Clock
}

class ServedRecognizer implements TritonRecognizer {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get facts(): ModelFacts {
    return this.#parts.facts
  }

  get available(): boolean {
    return this.#parts.model.available
  }

  get counters(): PoolCounters {
    return this.#parts.model.counters
  }

  recognize(
    segment: Parameters<Recognizer['recognize']>[0],
    { deadlineMs, signal, ...options }: TritonRecognizeOptions = {},
  ): ReturnType<Recognizer['recognize']> {
    const { model, facts } = this.#parts
    const call = {
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      ...(signal === undefined ? {} : { signal }),
    }
    // The port of the acoustic model knows no deadlines: this segment's model is the shared one with them.
    const recognizer = createRecognizer({
      ...this.#parts,
      blank: facts.ids.blank,
      model: {
        infer: (features, prompt) => model.infer(features, prompt, call),
        dispose: () => Promise.resolve(),
      },
    })
    return recognizer.recognize(segment, options)
  }

  async dispose(): Promise<void> {
    await this.#parts.model.dispose()
  }
}
