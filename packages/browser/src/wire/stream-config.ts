import type { LanguageChoice, SegmenterOptions } from '@sensevoice-web/engine'

/** What one stream of sound is to be analyzed with. */
export interface StreamConfig {
  /** Hz of the samples on the audio port. */
  readonly sampleRate: number
  /** Live sound gets levels, speculative finals and the time from the end of speech to the result; finite sound gets progress. */
  readonly live: boolean
  /** When recognition cannot keep up: `drop` the oldest waiting segment and count it, or hold the sender back (`wait`). */
  readonly overload: 'drop' | 'wait'
  /** `whole`: no VAD, everything is one segment. */
  readonly segmentation: Partial<SegmenterOptions> | 'whole'
  /** Absent: no partials. */
  readonly partialIntervalMs?: number
  readonly language: LanguageChoice
  readonly withItn: boolean
  /** Length of finite sound, for progress. */
  readonly totalMs?: number
}

export interface StreamChanges {
  readonly language?: LanguageChoice
  readonly withItn?: boolean
  readonly segmentation?: Partial<SegmenterOptions>
}
