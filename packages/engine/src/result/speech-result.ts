import type { Emotion, Language, SoundEvent } from '../model/tags.ts'

/** One recognized token (a word piece, a character) with its place in the stream. */
export interface SpeechToken {
  /** Text as it joins into `SpeechResult.text`: a leading space marks a word start. */
  readonly text: string
  readonly id: number
  /** Absolute start in ms since the start of the stream, on the model's 60 ms grid. */
  readonly startMs: number
  readonly endMs: number
  /** Highest softmax probability among the token's frames, in (0, 1]. */
  readonly probability: number
}

/** Wall time of every stage of one result in milliseconds; stages that did not run are absent. */
export interface StageTimings {
  /** fbank, LFR and CMVN. */
  readonly frontEndMs: number
  /** The ONNX session. */
  readonly inferenceMs: number
  /** CTC and tag scores. */
  readonly decodeMs: number
  /** From the start of `recognize` to the result. */
  readonly totalMs: number
  /** Waiting behind other segments before `recognize` began. */
  readonly queueMs?: number
  /** From the last speech sample's arrival to the result's delivery; live streams only. */
  readonly endOfSpeechToResultMs?: number
  /** The part of it that the way to a server and back took; remote mode only. */
  readonly networkMs?: number
}

/**
 * Everything known about one segment. All `…Scores` are probabilities that sum to 1 (±1e-6): softmax over the tag's own ids in the
 * tag's own output frame of SenseVoice.
 */
export interface SpeechResult {
  readonly segmentId: number
  readonly text: string
  readonly tokens: readonly SpeechToken[]
  /** Most probable language, or the forced one. */
  readonly language: Language
  readonly languageForced: boolean
  /** Absent when the language was forced: the prompt would answer itself. */
  readonly languageScores?: Readonly<Partial<Record<Language, number>>>
  /** Most probable of the seven emotions. Look at `emotionUnknown` before acting on it. */
  readonly emotion: Emotion
  /** The seven emotions with the unknown mass left out and the rest renormalized to sum to 1. */
  readonly emotionScores: Readonly<Record<Emotion, number>>
  /** Mass of "unknown" and "other" in [0, 1] that `emotionScores` leaves out. */
  readonly emotionUnknown: number
  /** The same distribution with the unknown mass as a key of its own; sums to 1. */
  readonly emotionScoresWithUnknown: Readonly<Record<Emotion | 'unknown', number>>
  readonly event: SoundEvent
  /** The events this model's vocabulary holds. */
  readonly eventScores: Readonly<Partial<Record<SoundEvent, number>>>
  /** Geometric mean of the token probabilities in [0, 1]; without tokens the mean probability of blank over the frames. */
  readonly confidence: number
  readonly withItn: boolean
  readonly startMs: number
  readonly endMs: number
  /** Absolute positions in the stream at 16 kHz. */
  readonly startSamples: number
  readonly endSamples: number
  readonly timings: StageTimings
}
