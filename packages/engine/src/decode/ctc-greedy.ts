import { SpeechError } from '../errors.ts'

/** One token of a greedy CTC path and the frames it was emitted in. */
export interface CtcToken {
  readonly id: number
  /** First frame of the run, counted from the first speech frame. */
  readonly startFrame: number
  /** One past the last frame of the run. */
  readonly endFrame: number
  /** Highest probability among the run's frames, in (0, 1]. */
  readonly probability: number
}

/**
 * Best path of a CTC output: a run of the same id is one token, blanks separate and vanish.
 *
 * @param tokenIds best id per frame
 * @param tokenProbabilities its probability, same length
 * @param blank id of the blank, 0 for SenseVoice
 * @throws SpeechError `invalid-argument` when the two differ in length
 */
export function ctcGreedy(
  tokenIds: Int32Array,
  tokenProbabilities: Float32Array,
  blank: number,
): readonly CtcToken[] {
  if (tokenIds.length !== tokenProbabilities.length) {
    throw new SpeechError(
      'invalid-argument',
      `${tokenIds.length} token ids but ${tokenProbabilities.length} probabilities`,
    )
  }
  const tokens: CtcToken[] = []
  let frame = 0
  while (frame < tokenIds.length) {
    const id = tokenIds[frame] as number
    const startFrame = frame
    let probability = 0
    for (; frame < tokenIds.length && tokenIds[frame] === id; frame += 1) {
      probability = Math.max(probability, tokenProbabilities[frame] as number)
    }
    if (id !== blank) tokens.push({ id, startFrame, endFrame: frame, probability })
  }
  return tokens
}
