import { ctcGreedy } from '../decode/ctc-greedy.ts'
import { tagScores } from '../decode/tag-scores.ts'
import type { Vocabulary } from '../decode/vocabulary.ts'
import { SpeechError } from '../errors.ts'
import type { FrontEnd } from '../features/front-end.ts'
import type {
  AcousticModel,
  AcousticOutput,
  AudioSegment,
  Clock,
  Prompt,
  RecognizeOptions,
  Recognizer,
} from '../model/ports.ts'
import type { TagIds } from '../model/tags.ts'
import { confidenceOf } from './confidence.ts'
import type { SpeechResult, StageTimings } from './speech-result.ts'
import { speechTokens } from './speech-tokens.ts'

/** Samples per millisecond at the model's 16 kHz. */
const SAMPLES_PER_MS = 16

export interface RecognizerParts {
  /** Samples to features; called synchronously, one segment at a time. */
  readonly frontEnd: FrontEnd
  /** Disposed of with the recognizer. */
  readonly model: AcousticModel
  readonly vocabulary: Vocabulary
  /** From `findTags` on the same vocabulary; the model's tag probabilities come in this order. */
  readonly tags: TagIds
  /** Blank id of the model, from its manifest. */
  readonly blank: number
  readonly clock: Clock
}

/**
 * The whole way from a segment's sound to its `SpeechResult`: front end, model, greedy CTC, tag scores. Sound shorter than one feature frame
 * (400 samples for SenseVoice), even an empty segment, is padded with silence and usually gives an empty text with the scores of silence; positions and
 * times are those of the sound as it came.
 *
 * `recognize` rejects with a `SpeechError`: `closed` after `dispose`, `inference-failed` (or the model's own code) when the model fails.
 */
export function createRecognizer(parts: RecognizerParts): Recognizer {
  let closed = false
  return {
    async recognize(segment, options = {}) {
      if (closed) throw new SpeechError('closed', 'the recognizer was disposed of')
      return recognize(parts, segment, options)
    },
    async dispose() {
      if (closed) return
      closed = true
      await parts.model.dispose()
    },
  }
}

async function recognize(
  parts: RecognizerParts,
  segment: AudioSegment,
  options: RecognizeOptions,
): Promise<SpeechResult> {
  const { clock } = parts
  const prompt: Prompt = { language: options.language ?? 'auto', withItn: options.withItn ?? true }
  const started = clock()
  const features = parts.frontEnd.compute(padded(segment.samples, parts.frontEnd.minimumSamples))
  const computed = clock()
  const output = await parts.model.infer(features, prompt)
  const inferred = clock()
  const decoded = decode(parts, segment, prompt, output)
  const finished = clock()
  return {
    ...decoded,
    timings: {
      frontEndMs: computed - started,
      inferenceMs: inferred - computed,
      decodeMs: finished - inferred,
      totalMs: finished - started,
    } satisfies StageTimings,
  }
}

function decode(
  parts: RecognizerParts,
  segment: AudioSegment,
  prompt: Prompt,
  output: AcousticOutput,
): Omit<SpeechResult, 'timings'> {
  const { startSamples } = segment
  const endSamples = startSamples + segment.samples.length
  const startMs = startSamples / SAMPLES_PER_MS
  const endMs = endSamples / SAMPLES_PER_MS
  const path = ctcGreedy(output.tokenIds, output.tokenProbabilities, parts.blank).filter(
    (token) => parts.vocabulary.text(token.id) !== '',
  )
  const tokens = speechTokens(path, parts.vocabulary, startMs, endMs)
  const { language, languageScores, ...scores } = tagScores(output.tags, parts.tags)
  return {
    segmentId: segment.id,
    text: tokens.map((token) => token.text).join(''),
    tokens,
    ...(prompt.language === 'auto'
      ? { language, languageForced: false, languageScores }
      : { language: prompt.language, languageForced: true }),
    ...scores,
    confidence: confidenceOf(path, output, parts.blank),
    withItn: prompt.withItn,
    startMs,
    endMs,
    startSamples,
    endSamples,
  }
}

function padded(samples: Float32Array, minimumSamples: number): Float32Array {
  if (samples.length >= minimumSamples) return samples
  const longer = new Float32Array(minimumSamples)
  longer.set(samples)
  return longer
}
