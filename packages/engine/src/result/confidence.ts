import type { CtcToken } from '../decode/ctc-greedy.ts'
import type { AcousticOutput } from '../model/ports.ts'

/**
 * How sure the model is of a text as a whole: the geometric mean of its token probabilities, so that one doubtful token among many sure
 * ones shows, whatever the length. Without tokens it is how sure the model is of the blanks: their mean probability.
 *
 * @returns a value in [0, 1]; 0 when there is neither a token nor a blank
 */
export function confidenceOf(tokens: readonly CtcToken[], output: AcousticOutput, blank: number): number {
  if (tokens.length > 0) {
    const logSum = tokens.reduce((sum, token) => sum + Math.log(token.probability), 0)
    return Math.min(1, Math.exp(logSum / tokens.length))
  }
  const blanks = output.tokenProbabilities.filter((_, frame) => output.tokenIds[frame] === blank)
  return blanks.length === 0
    ? 0
    : Math.min(1, blanks.reduce((sum, probability) => sum + probability, 0) / blanks.length)
}
