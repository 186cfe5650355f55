import type { SpeechResult } from '../result/speech-result.ts'
import type { LanguageChoice } from './tags.ts'

/** Samples per VAD window at 16 kHz (32 ms): what Silero v5 and v6 were trained on. */
export const VAD_WINDOW_SAMPLES = 512

/** Port 1: speech probability of one window. Recurrent: windows must come in order, one at a time. */
export interface VoiceProbe {
  /**
   * @param window exactly 512 samples, 16 kHz mono in [-1, 1]; not kept after the promise settles
   * @returns probability of speech in [0, 1]
   */
  probe(window: Float32Array): Promise<number>
  /** Forgets the past, as at the start of a new recording. */
  reset(): void
  dispose(): Promise<void>
}

/** Feature matrix after LFR and CMVN: row-major `[frames, dimension]` (dimension 560 for SenseVoice), 60 ms a row. */
export interface Features {
  readonly data: Float32Array
  readonly frames: number
  readonly dimension: number
}

/** What the two prompt rows of the graph are set to. */
export interface Prompt {
  readonly language: LanguageChoice
  readonly withItn: boolean
}

/** The narrow result of one inference: never all logits (10 s of them are 17 MB). */
export interface AcousticOutput {
  /** Best token id per speech frame (the four tag frames are not among them), one a 60 ms frame. */
  readonly tokenIds: Int32Array
  /** Softmax probability of that token over the whole vocabulary, same length. */
  readonly tokenProbabilities: Float32Array
  /**
   * Softmax over a tag group's own ids in the group's own frame, in the order of `TagIds`; each sums to 1.
   * Frame 0 language, 1 emotion, 2 event, 3 text normalization.
   */
  readonly tags: {
    readonly language: Float32Array
    readonly emotion: Float32Array
    readonly event: Float32Array
    readonly textNorm: Float32Array
  }
}

/** Port 2: features to best tokens and tag probabilities. Calls are answered in order. */
export interface AcousticModel {
  infer(features: Features, prompt: Prompt): Promise<AcousticOutput>
  dispose(): Promise<void>
}

/** One stretch of sound to be recognized. */
export interface AudioSegment {
  /** Grows by one for every segment of a stream; partials and speculative decodes carry the id of their segment. */
  readonly id: number
  /** 16 kHz mono in [-1, 1]. */
  readonly samples: Float32Array
  /** Absolute position of `samples[0]` in the stream, counted at 16 kHz. */
  readonly startSamples: number
}

export interface RecognizeOptions {
  /** Default `auto`. A forced language is a prompt: the result then has no `languageScores`. */
  readonly language?: LanguageChoice
  /** Inverse text normalization and punctuation ("23." instead of "twenty three"). Default true. */
  readonly withItn?: boolean
}

/** Port 3: a segment in, everything known about it out. */
export interface Recognizer {
  recognize(segment: AudioSegment, options?: RecognizeOptions): Promise<SpeechResult>
  dispose(): Promise<void>
}

/** Injected monotonic clock in milliseconds (`performance.now` in every realm): the engine has no clock of its own. */
export type Clock = () => number
