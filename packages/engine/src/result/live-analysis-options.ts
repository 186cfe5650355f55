import type { SpeechEvent } from '../events.ts'
import type { AudioSegment, Clock, RecognizeOptions, VoiceProbe } from '../model/ports.ts'
import type { LanguageChoice } from '../model/tags.ts'
import type { SegmenterOptions } from '../vad/segment-event.ts'
import type { SegmentJob } from './segment-job.ts'
import type { SpeechResult } from './speech-result.ts'

export interface LiveAnalysisOptions extends RecognizeOptions {
  /** Of the sound that is pushed, 8000 to 192000 Hz. */
  readonly sampleRate: number
  /** Without: no partial results. At least 100. */
  readonly partialIntervalMs?: number
  /** `whole`: no VAD, everything is one segment, of 5 minutes at most. */
  readonly segmenter?: Partial<SegmenterOptions> | 'whole'
  /**
   * Default true. False for finite sound that comes faster than it is spoken: `push` waits for recognition instead of dropping what waits, nothing is
   * decoded on trial, and no time from the end of speech is told.
   */
  readonly live?: boolean
  /** Sound of waiting segments beyond which the oldest is dropped and told. Default one minute. */
  readonly maxBacklogMs?: number
}

/** How urgent a recognition is: nobody waits for a partial that a newer one follows. */
export type RecognitionKind = SegmentJob<unknown>['kind']

/** What can be changed while it goes on. */
export interface LiveAnalysisChanges {
  readonly language?: LanguageChoice
  readonly withItn?: boolean
  readonly segmenter?: Partial<SegmenterOptions>
}

export interface LiveAnalysisParts {
  /** Reset at the start; must not be used by anyone else until the analysis ends. */
  readonly probe: VoiceProbe
  recognize(segment: AudioSegment, options: RecognizeOptions, kind: RecognitionKind): Promise<SpeechResult>
  /** Monotonic, in ms. */
  readonly clock: Clock
  /** Called in order; must not throw. */
  deliver(event: SpeechEvent): void
}
