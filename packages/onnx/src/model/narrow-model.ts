import {
  type AcousticModel,
  type AcousticOutput,
  type Features,
  type Prompt,
  readNarrowOutput,
  SpeechError,
  TAG_FRAMES,
  type TagIds,
} from '@sensevoice-web/engine'
import type { InferenceSession, Tensor } from 'onnxruntime-common'
import { NARROW } from '../prepare/graph/narrow-head.ts'
import { positionCode } from '../prepare/graph/positions.ts'
import type { OnnxRuntime } from '../runtime.ts'
import { SerialRuns } from '../serial-runs.ts'
import { runError } from '../session-errors.ts'
import type { ModelFacts } from './model-facts.ts'
import { checkedPrompt } from './model-feeds.ts'

const WHAT = 'the prepared SenseVoice model'
/** Prompt rows of the event and the emotion: the same for every utterance. */
const EVENT_AND_EMOTION = [1, 2] as const

/** Was the graph written by `prepareModel`? */
export function isPrepared(inputNames: readonly string[]): boolean {
  return inputNames.includes(NARROW.features) && inputNames.includes(NARROW.prompt)
}

/** A graph that reduces its logits itself. */
export class NarrowModel implements AcousticModel {
  readonly #session: InferenceSession
  readonly #facts: ModelFacts
  readonly #tags: TagIds
  readonly #Tensor: OnnxRuntime['Tensor']
  readonly #runs = new SerialRuns(WHAT)

  constructor(
    session: InferenceSession,
    { facts, tags, runtime }: { facts: ModelFacts; tags: TagIds; runtime: OnnxRuntime },
  ) {
    this.#session = session
    this.#facts = facts
    this.#tags = tags
    this.#Tensor = runtime.Tensor
  }

  infer(features: Features, prompt: Prompt): Promise<AcousticOutput> {
    return this.#runs.run(() => this.#infer(features, prompt))
  }

  dispose(): Promise<void> {
    return this.#runs.close(() => this.#session.release())
  }

  async #infer(features: Features, prompt: Prompt): Promise<AcousticOutput> {
    const outputs = await this.#session.run(this.#feeds(features, prompt)).catch((error: unknown) => {
      throw runError(error, WHAT)
    })
    try {
      const tokenIds = outputs[NARROW.tokenIds]?.data
      const tokenProbabilities = outputs[NARROW.tokenProbabilities]?.data
      const tagLogits = outputs[NARROW.tagLogits]?.data
      if (
        !(tokenIds instanceof BigInt64Array) ||
        !(tokenProbabilities instanceof Float32Array) ||
        !(tagLogits instanceof Float32Array)
      ) {
        throw new SpeechError('inference-failed', `${WHAT} gave other outputs than it was written with`)
      }
      const output = { tokenIds, tokenProbabilities, tagLogits }
      return readNarrowOutput(output, features.frames + TAG_FRAMES, this.#tags)
    } finally {
      for (const output of Object.values(outputs)) output.dispose()
    }
  }

  #feeds(features: Features, prompt: Prompt): Record<string, Tensor> {
    const { language, textNorm } = checkedPrompt(features, prompt, this.#facts)
    const { data, frames, dimension } = features
    const rows = Int32Array.of(language, ...EVENT_AND_EMOTION, textNorm)
    const feeds: Record<string, Tensor> = {
      [NARROW.features]: new this.#Tensor('float32', data, [1, frames, dimension]),
      [NARROW.prompt]: new this.#Tensor('int32', rows, [1, rows.length]),
    }
    if (this.#session.inputNames.includes(NARROW.positions)) {
      const code = positionCode(frames + TAG_FRAMES, dimension)
      feeds[NARROW.positions] = new this.#Tensor('float32', code, [1, frames + TAG_FRAMES, dimension])
    }
    return feeds
  }
}
