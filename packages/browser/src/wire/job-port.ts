import type { LanguageChoice, SegmentJob } from '@sensevoice-web/engine'

/** What one recognition needs. The buffer of `samples` is transferred. */
export interface JobPayload {
  readonly samples: Float32Array
  readonly startSamples: number
  readonly language: LanguageChoice
  readonly withItn: boolean
  /** When the last speech sample arrived, by `wallClockMs`; live sound only. */
  readonly speechEndedAtMs?: number
}

/** Listener to recognizer. */
export type JobPortMessage =
  | { readonly type: 'job'; readonly sequence: number; readonly job: SegmentJob<JobPayload> }
  /** Speech goes on: the candidate of that segment is void. */
  | { readonly type: 'resumed'; readonly segmentId: number }
  /** No more jobs: answer what waits, then close. */
  | { readonly type: 'end' }

/** Recognizer to listener. */
export type JobPortReply =
  /** A final was answered, failed or was dropped. */
  | { readonly type: 'settled'; readonly segmentId: number }
  /** Nothing waits and nothing runs; the newest job known was this one. */
  | { readonly type: 'idle'; readonly sequence: number }

/** One monotonic clock for all workers of a page, in ms. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now()
}
