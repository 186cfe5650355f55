/** Why a segment ended. `silence`: hang-over ran out; `soft-cut`/`hard-cut`: it grew too long; `flush`: the stream ended or was stopped. */
export type SegmentEndReason = 'silence' | 'soft-cut' | 'hard-cut' | 'flush'

/**
 * What the segmenter tells, in order, for segment ids 0, 1, 2 … Positions are absolute samples at 16 kHz that only grow; of two segments
 * joined by a cut the second starts where the first ends.
 *
 * A candidate is the final range of the segment provided that silence goes on: whoever decodes it then has the result before the
 * hang-over ends. `resumed` takes the newest candidate back. An `end` after a candidate without `resumed` has the candidate's revision
 * and range.
 */
export type SegmentEvent =
  | { readonly type: 'speech-start'; readonly segmentId: number; readonly startSamples: number }
  | {
      readonly type: 'candidate'
      readonly segmentId: number
      readonly revision: number
      readonly startSamples: number
      readonly endSamples: number
    }
  | { readonly type: 'resumed'; readonly segmentId: number }
  | {
      readonly type: 'end'
      readonly segmentId: number
      readonly revision: number
      readonly startSamples: number
      readonly endSamples: number
      readonly reason: SegmentEndReason
    }
  | {
      readonly type: 'discarded'
      readonly segmentId: number
      readonly startSamples: number
      readonly endSamples: number
      readonly reason: 'too-short'
    }

export interface SegmenterOptions {
  /** Probability at and above which a window counts as speech. Default 0.5. */
  readonly speechThreshold: number
  /** Probability below which a window counts as silence while speaking (hysteresis). Default 0.25: Silero v6 falls low in soft endings. */
  readonly silenceThreshold: number
  /** Sound kept in front of the first speech window. Default 320, at least 300 for good first words. */
  readonly preRollMs: number
  /** Sound kept after the last speech window; the candidate is given out once this much silence was heard. Default 192. */
  readonly postRollMs: number
  /** Silence that ends a segment. Default 640. */
  readonly hangOverMs: number
  /** Segments with less speech than this are discarded. Default 160. */
  readonly minSpeechMs: number
  /** From here on the segment is cut at the quietest frame. Default 15000. */
  readonly softCutMs: number
  /** Never longer than this. Default 30000. */
  readonly hardCutMs: number
}
