/** Rows are 60 ms of sound: a full-size model on one processor took 1 to 2 ms for each in the benchmarks, and others are slower. */
const MS_PER_FRAME = 5
/**
 * Attention holds each row against each other one, which is nothing for an utterance and most of the work for minutes: 30 s of sound took a full-size model 3 s of
 * processor time on a busy machine, 5 minutes 90 s.
 */
const MS_PER_PAIR = 0.004

/**
 * What a request may take to compute beyond a short one, in ms: 1.5 s for 15 s of sound, 3.5 s for 30 s, 125 s for 5 minutes. Within it a server is at work, and neither
 * does another one begin anew, nor does it count as a failure; for short requests a server that hangs is still found out soon.
 */
export function allowanceOf(frames: number): number {
  return MS_PER_FRAME * frames + MS_PER_PAIR * frames * frames
}
