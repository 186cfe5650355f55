import type { CtcToken } from './ctc-greedy.ts'

/** Milliseconds of one output frame: six 10 ms feature frames (LFR shift 6). */
export const OUTPUT_FRAME_MS = 60

/**
 * CTC emits a token in one or two frames and blanks for the rest of its sound. Up to this pause the token is taken to sound until the
 * next one; a longer pause is silence between words.
 */
const LONGEST_TOKEN_TAIL_MS = 300

export interface TokenTime {
  /** Absolute, ms since the start of the stream. */
  readonly startMs: number
  readonly endMs: number
}

/**
 * Times of greedy CTC tokens on the 60 ms grid: frame `f` of the speech frames starts `60 * f` ms after the segment. A token ends where
 * the next one starts, or with its own run when the next is more than 300 ms away or there is none; never after the segment.
 *
 * @param tokens in order of time
 * @param segmentStartMs absolute start of the segment
 * @param segmentEndMs absolute end of the segment
 */
export function tokenTimes(
  tokens: readonly CtcToken[],
  segmentStartMs: number,
  segmentEndMs: number,
): readonly TokenTime[] {
  const at = (frame: number): number => Math.min(segmentStartMs + frame * OUTPUT_FRAME_MS, segmentEndMs)
  return tokens.map((token, index) => {
    const next = tokens[index + 1]
    const pauseMs = next === undefined ? Infinity : (next.startFrame - token.endFrame) * OUTPUT_FRAME_MS
    const endFrame = next !== undefined && pauseMs <= LONGEST_TOKEN_TAIL_MS ? next.startFrame : token.endFrame
    return { startMs: at(token.startFrame), endMs: at(endFrame) }
  })
}
