import type { AcousticOutput } from '@sensevoice-web/engine'

/**
 * How far two providers may be apart and still both be right. The int8 graph rounds activations to 8 bits and the WebGPU one does not, which moves
 * probabilities by up to a few hundredths; a driver that computes wrongly gives other tokens altogether.
 */
const MOST_TOKEN_DIFFERENCE = 0.2
const MOST_TAG_DIFFERENCE = 0.15
/** Two tokens that are both this unlikely are a near tie, which rounding decides. */
const NEAR_TIE_PROBABILITY = 0.6
const NEAR_TIE_DIFFERENCE = 0.1
/** Share of the frames that must agree. */
const LEAST_AGREEMENT = 0.95

/** What a comparison of two providers' outputs on the same features found. */
export interface OutputAgreement {
  readonly agrees: boolean
  /** Share in [0, 1] of the frames with the same token, or with two that were a near tie. */
  readonly frames: number
  /** Largest difference of a tag's probability, in [0, 1]; 1 where one is no number. */
  readonly tagDifference: number
}

/**
 * Whether two providers compute the same thing.
 *
 * @param reference the provider that is trusted
 */
export function compareOutputs(reference: AcousticOutput, other: AcousticOutput): OutputAgreement {
  const frames = agreeingFrames(reference, other)
  const tagDifference = Math.max(
    ...(['language', 'emotion', 'event', 'textNorm'] as const).map((group) =>
      largestDifference(reference.tags[group], other.tags[group]),
    ),
  )
  return { agrees: frames >= LEAST_AGREEMENT && tagDifference <= MOST_TAG_DIFFERENCE, frames, tagDifference }
}

function agreeingFrames(reference: AcousticOutput, other: AcousticOutput): number {
  const length = reference.tokenIds.length
  if (length === 0 || other.tokenIds.length !== length) return 0
  let agreeing = 0
  for (let frame = 0; frame < length; frame += 1) {
    const expected = reference.tokenProbabilities[frame] ?? Number.NaN
    const found = other.tokenProbabilities[frame] ?? Number.NaN
    const difference = Math.abs(expected - found)
    const same = reference.tokenIds[frame] === other.tokenIds[frame]
    const tie = expected < NEAR_TIE_PROBABILITY && difference <= NEAR_TIE_DIFFERENCE
    if (same ? difference <= MOST_TOKEN_DIFFERENCE : tie) agreeing += 1
  }
  return agreeing / length
}

function largestDifference(reference: Float32Array, other: Float32Array): number {
  if (reference.length !== other.length) return 1
  let largest = 0
  for (let index = 0; index < reference.length; index += 1) {
    const difference = Math.abs((reference[index] as number) - (other[index] as number))
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? 1 : difference
  }
  return largest
}
