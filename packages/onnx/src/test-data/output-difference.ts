import type { AcousticOutput } from '@sensevoice-web/engine'

/** How far two outputs for the same features are apart. A value that is no number shows as NaN, which is below no bound. */
export interface OutputDifference {
  /** Share in [0, 1] of the frames with another best token. */
  readonly otherTokens: number
  /** Largest difference of the natural logarithm of a best token's probability. */
  readonly logProbability: number
  /** Largest difference of a tag's probability, in [0, 1]. */
  readonly tags: number
}

export function differenceOf(expected: AcousticOutput, found: AcousticOutput): OutputDifference {
  const others = found.tokenIds.filter((id, frame) => id !== expected.tokenIds[frame]).length
  return {
    otherTokens: others / expected.tokenIds.length,
    logProbability: largest(
      expected.tokenProbabilities.map(Math.log),
      found.tokenProbabilities.map(Math.log),
    ),
    tags: Math.max(
      ...(['language', 'emotion', 'event', 'textNorm'] as const).map((group) =>
        largest(expected.tags[group], found.tags[group]),
      ),
    ),
  }
}

function largest(expected: Float32Array, found: Float32Array): number {
  if (expected.length !== found.length) return Number.NaN
  return Math.max(0, ...expected.map((value, index) => Math.abs(value - (found[index] ?? Number.NaN))))
}
