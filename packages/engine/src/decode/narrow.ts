import { SpeechError } from '../errors.ts'
import type { AcousticOutput } from '../model/ports.ts'
import type { TagIds } from '../model/tags.ts'
import { notANumber, TAG_FRAMES } from './logits.ts'
import { softmax } from './softmax.ts'

/** What a graph with a narrow head answers: logits that were reduced where they were computed. */
export interface NarrowOutput {
  /** Best token of every frame, the four tag frames included. */
  readonly tokenIds: ArrayLike<bigint | number>
  /** Its softmax probability over the whole vocabulary, same length. */
  readonly tokenProbabilities: Float32Array
  /** Raw logits, row-major `[4, columns]`: a row a tag frame, the ids of all tag groups (language, emotion, event, text norm) side by side. */
  readonly tagLogits: Float32Array
}

/**
 * From the answer of a narrow head to what decoding needs; the same as `reduceLogits` of all logits.
 *
 * @param frames the four tag frames included
 * @throws SpeechError `inference-failed` when the shapes do not fit or a value is not a number
 */
export function readNarrowOutput(output: NarrowOutput, frames: number, tags: TagIds): AcousticOutput {
  const { tokenIds, tokenProbabilities, tagLogits } = output
  const groups = [tags.language, tags.emotion, tags.event, tags.textNorm].map(({ ids }) => ids.length)
  const columns = groups.reduce((total, count) => total + count, 0)
  if (
    frames < TAG_FRAMES ||
    tokenIds.length !== frames ||
    tokenProbabilities.length !== frames ||
    tagLogits.length !== TAG_FRAMES * columns
  ) {
    throw new SpeechError(
      'inference-failed',
      `expected ${frames} frames and ${TAG_FRAMES} x ${columns} tag logits, got ${tokenIds.length} and ${tagLogits.length}`,
      { hint: 'The prepared graph belongs to another model or token list: prepare the model again.' },
    )
  }
  const probabilities = tokenProbabilities.slice(TAG_FRAMES)
  if (!probabilities.every((probability) => probability > 0)) throw notANumber()
  const scores = (group: number): Float32Array => {
    const before = groups.slice(0, group).reduce((total, count) => total + count, 0)
    const begin = group * columns + before
    const found = softmax(tagLogits.subarray(begin, begin + (groups[group] ?? 0)))
    if (found === undefined) throw notANumber()
    return found
  }
  return {
    tokenIds: Int32Array.from({ length: frames - TAG_FRAMES }, (_, frame) =>
      Number(tokenIds[frame + TAG_FRAMES]),
    ),
    tokenProbabilities: probabilities,
    tags: { language: scores(0), emotion: scores(1), event: scores(2), textNorm: scores(3) },
  }
}
