import { SpeechError } from '../errors.ts'
import type { AcousticOutput } from '../model/ports.ts'
import type { TagIds } from '../model/tags.ts'
import { softmax } from './softmax.ts'
import { sumOfExponentials } from './sum-of-exponentials.ts'

/** Output frames in front of the speech frames: language, emotion, event, text normalization. */
export const TAG_FRAMES = 4

/**
 * Reduces raw logits to what decoding needs: best id and its softmax probability per speech frame, and a softmax over each tag group's own
 * ids in its own frame.
 *
 * @param logits row-major `[frames, vocabularySize]` without softmax; read only
 * @param frames rows, the four tag frames included
 * @param vocabularySize columns, 25055 for the published model
 * @param tags ids of the tag groups
 * @throws SpeechError `inference-failed` when the shape does not hold `frames * vocabularySize` values, has no tag frames, or a value is
 *   not a number
 */
export function reduceLogits(
  logits: Float32Array,
  frames: number,
  vocabularySize: number,
  tags: TagIds,
): AcousticOutput {
  if (frames < TAG_FRAMES || logits.length !== frames * vocabularySize) {
    throw new SpeechError(
      'inference-failed',
      `expected ${TAG_FRAMES} or more frames of ${vocabularySize} logits, got ${logits.length} values for ${frames} frames`,
      {
        hint: 'The model file does not follow the SenseVoice contract, or its token list belongs to another model.',
      },
    )
  }
  const speechFrames = frames - TAG_FRAMES
  const tokenIds = new Int32Array(speechFrames)
  const tokenProbabilities = new Float32Array(speechFrames)
  for (let frame = 0; frame < speechFrames; frame += 1) {
    const begin = (frame + TAG_FRAMES) * vocabularySize
    const end = begin + vocabularySize
    const best = indexOfMaximum(logits, begin, end)
    const probability = 1 / sumOfExponentials(logits, begin, end, logits[best] as number)
    if (!(probability > 0)) throw notANumber()
    tokenIds[frame] = best - begin
    tokenProbabilities[frame] = probability
  }
  return {
    tokenIds,
    tokenProbabilities,
    tags: {
      language: softmaxOver(logits, 0, vocabularySize, tags.language.ids),
      emotion: softmaxOver(logits, 1, vocabularySize, tags.emotion.ids),
      event: softmaxOver(logits, 2, vocabularySize, tags.event.ids),
      textNorm: softmaxOver(logits, 3, vocabularySize, tags.textNorm.ids),
    },
  }
}

function indexOfMaximum(values: Float32Array, begin: number, end: number): number {
  let best = begin
  let maximum = values[begin] as number
  for (let index = begin + 1; index < end; index += 1) {
    const value = values[index] as number
    if (value > maximum) {
      maximum = value
      best = index
    }
  }
  return best
}

function softmaxOver(
  logits: Float32Array,
  frame: number,
  vocabularySize: number,
  ids: Int32Array,
): Float32Array {
  const row = frame * vocabularySize
  const scores = softmax(Float32Array.from(ids, (id) => logits[row + id] as number))
  if (scores === undefined) throw notANumber()
  return scores
}

export function notANumber(): SpeechError {
  return new SpeechError('inference-failed', 'the model answered with values that are not numbers', {
    hint: 'The model file is damaged, or this accelerator computes it wrongly: try another execution provider.',
  })
}
