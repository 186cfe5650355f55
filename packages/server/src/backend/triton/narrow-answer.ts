import type { AcousticOutput, TagIds } from '@sensevoice-web/engine'
import type { OipAnswer } from '../oip/oip-client.ts'
import { OipError } from '../oip/oip-error.ts'
import type { OipTensor } from '../oip/oip-tensor.ts'

/** Outputs of the served model: tokens and probabilities `[1, frames]`, scores `[1, tags]` in the order of `TagIds`. */
export const NARROW_OUTPUTS = [
  'token_ids',
  'token_probabilities',
  'language_scores',
  'emotion_scores',
  'event_scores',
  'text_norm_scores',
] as const
type NarrowOutput = (typeof NARROW_OUTPUTS)[number]

export interface ExpectedAnswer {
  /** Feature rows that were sent. */
  readonly frames: number
  readonly version: string
  readonly tags: TagIds
  readonly vocabularySize: number
}

/** A softmax in half precision sums to 1 within this. */
const SUM_TOLERANCE = 0.01

/**
 * Reads the answer of the served model, and trusts none of it: a wrong one would be a wrong transcript that looks right.
 *
 * @throws OipError `bad-answer` that names the output and what is wrong with it
 */
export function readNarrowAnswer(answer: OipAnswer, expected: ExpectedAnswer): AcousticOutput {
  const { frames, version, tags, vocabularySize } = expected
  if (answer.version !== '' && answer.version !== version) {
    throw new OipError('bad-answer', `version ${answer.version} of the model answered instead of ${version}`)
  }
  const tokenIds = integers(output(answer, 'token_ids', frames))
  const wrongId = tokenIds.find((id) => id < 0 || id >= vocabularySize)
  if (wrongId !== undefined) {
    throw new OipError('bad-answer', `token_ids has the id ${wrongId}, the vocabulary has ${vocabularySize}`)
  }
  return {
    tokenIds,
    tokenProbabilities: probabilities(output(answer, 'token_probabilities', frames)),
    tags: {
      language: distribution(output(answer, 'language_scores', tags.language.ids.length)),
      emotion: distribution(output(answer, 'emotion_scores', tags.emotion.ids.length)),
      event: distribution(output(answer, 'event_scores', tags.event.ids.length)),
      textNorm: distribution(output(answer, 'text_norm_scores', tags.textNorm.ids.length)),
    },
  }
}

function output(answer: OipAnswer, name: NarrowOutput, length: number): OipTensor {
  const tensor = answer.outputs.get(name)
  if (tensor === undefined) throw new OipError('bad-answer', `the answer has no ${name}`)
  const { shape } = tensor
  if (shape.length !== 2 || shape[0] !== 1 || shape[1] !== length) {
    throw new OipError('bad-answer', `${name} is ${shape.join(' x ')} instead of 1 x ${length}`)
  }
  return tensor
}

function integers({ name, datatype, data }: OipTensor): Int32Array {
  if (data instanceof Int32Array) return data
  throw new OipError('bad-answer', `${name} is ${datatype} instead of INT32`)
}

function probabilities({ name, datatype, data }: OipTensor): Float32Array {
  if (!(data instanceof Float32Array))
    throw new OipError('bad-answer', `${name} is ${datatype} instead of FP32`)
  // Written so that NaN fails too.
  const wrong = data.find((value) => !(value >= 0 && value <= 1))
  if (wrong !== undefined) throw new OipError('bad-answer', `${name} has ${wrong}, which is no probability`)
  return data
}

function distribution(tensor: OipTensor): Float32Array {
  const values = probabilities(tensor)
  const sum = values.reduce((total, value) => total + value, 0)
  if (Math.abs(sum - 1) > SUM_TOLERANCE)
    throw new OipError('bad-answer', `${tensor.name} sums to ${sum}, not to 1`)
  return values
}
