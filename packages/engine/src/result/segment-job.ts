import type { SpeechError } from '../errors.ts'

interface JobBase<Payload> {
  readonly segmentId: number
  /** Length of the sound: what the backlog is counted in. */
  readonly lengthSamples: number
  /** Whatever the run function needs, usually the sound and the options. */
  readonly payload: Payload
}

/** Text of a segment whose speaker goes on. */
export interface PartialJob<Payload> extends JobBase<Payload> {
  readonly kind: 'partial'
}

/** A segment that will end here if silence goes on. */
export interface CandidateJob<Payload> extends JobBase<Payload> {
  readonly kind: 'candidate'
  readonly revision: number
}

/** A segment that ended. Revision as in `SegmentEvent`: a candidate of the same segment and revision is the same sound. */
export interface FinalJob<Payload> extends JobBase<Payload> {
  readonly kind: 'final'
  readonly revision: number
}

/** One piece of work of a live stream. */
export type SegmentJob<Payload> = PartialJob<Payload> | CandidateJob<Payload> | FinalJob<Payload>

/** What came of the jobs, in order; every final gets exactly one `final`, `failed` or `dropped`, unless the queue was cleared. */
export type SegmentJobOutcome<Result> =
  /** Text so far. A finished candidate is told this way too, since it is the newest text there is. */
  | { readonly type: 'partial'; readonly segmentId: number; readonly result: Result }
  | {
      readonly type: 'final'
      readonly segmentId: number
      readonly result: Result
      /** True when the candidate's result was taken: silence was decoded while it was still being waited for. */
      readonly speculative: boolean
    }
  | {
      readonly type: 'failed'
      readonly kind: 'partial' | 'final'
      readonly segmentId: number
      readonly error: SpeechError
    }
  /** A final given up because recognition does not keep up with speech; `totalSamples` sums up all that were, since the start. */
  | {
      readonly type: 'dropped'
      readonly segmentId: number
      readonly samples: number
      readonly totalSamples: number
    }

export interface SegmentJobsParts<Payload, Result> {
  /**
   * Does one job; called for one job at a time.
   *
   * @param queueMs how long the job waited
   */
  run(job: SegmentJob<Payload>, queueMs: number): Promise<Result>
  /** Called in order of the outcomes; must not throw. It may push further jobs. */
  deliver(outcome: SegmentJobOutcome<Result>): void
  /** Monotonic, in ms. */
  readonly clock: () => number
  /** Sound of waiting finals beyond which the oldest is dropped. */
  readonly maxBacklogSamples: number
}
