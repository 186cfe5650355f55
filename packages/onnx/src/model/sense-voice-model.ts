import {
  type AcousticModel,
  type AcousticOutput,
  type Features,
  type Prompt,
  reduceLogits,
  SpeechError,
  TAG_FRAMES,
  type TagIds,
} from '@sensevoice-web/engine'
import type { InferenceSession, Tensor } from 'onnxruntime-common'
import { SerialRuns } from '../serial-runs.ts'
import { createSession, type SessionOptions } from '../session.ts'
import { runError } from '../session-errors.ts'
import type { ModelFacts } from './model-facts.ts'
import { checkedPrompt } from './model-feeds.ts'
import { flavourOf, GRAPH_NAMES, type GraphNames } from './model-flavour.ts'
import { isPrepared, NarrowModel } from './narrow-model.ts'

const WHAT = 'the SenseVoice model'

export interface SenseVoiceModelOptions extends SessionOptions {
  readonly facts: ModelFacts
  /** Of the vocabulary that comes with the model. */
  readonly tags: TagIds
}

/**
 * Loads a SenseVoice graph of either flavour, whose logits leave the session once and are reduced at once, or a prepared one, which reduces them
 * itself.
 *
 * @throws SpeechError `model-unsupported` for another graph or another flavour than the facts say; `model-corrupt`, `out-of-memory`
 */
export async function createSenseVoiceModel(options: SenseVoiceModelOptions): Promise<AcousticModel> {
  const { facts } = options
  const session = await createSession(options, WHAT)
  try {
    if (isPrepared(session.inputNames)) return new NarrowModel(session, options)
    const flavour = flavourOf(session.inputNames, session.outputNames)
    if (flavour !== facts.flavour) {
      throw new SpeechError(
        'model-unsupported',
        `the manifest says that the model is a ${facts.flavour} export, but its graph is a ${flavour} export`,
        { hint: 'Use the model file that the manifest was made for.' },
      )
    }
    return new SenseVoiceModel(session, GRAPH_NAMES[flavour], options)
  } catch (error) {
    await session.release()
    throw error
  }
}

class SenseVoiceModel implements AcousticModel {
  readonly #session: InferenceSession
  readonly #names: GraphNames
  readonly #facts: ModelFacts
  readonly #tags: TagIds
  readonly #Tensor: SessionOptions['runtime']['Tensor']
  readonly #runs = new SerialRuns(WHAT)

  constructor(session: InferenceSession, names: GraphNames, options: SenseVoiceModelOptions) {
    this.#session = session
    this.#names = names
    this.#facts = options.facts
    this.#tags = options.tags
    this.#Tensor = options.runtime.Tensor
  }

  infer(features: Features, prompt: Prompt): Promise<AcousticOutput> {
    return this.#runs.run(() => this.#infer(features, prompt))
  }

  dispose(): Promise<void> {
    return this.#runs.close(() => this.#session.release())
  }

  async #infer(features: Features, prompt: Prompt): Promise<AcousticOutput> {
    const feeds = this.#feeds(features, prompt)
    const outputs = await this.#session.run(feeds, [this.#names.logits]).catch((error: unknown) => {
      throw runError(error, WHAT)
    })
    const logits = outputs[this.#names.logits]
    if (logits === undefined) throw new SpeechError('inference-failed', 'the model gave no logits')
    try {
      return this.#reduced(logits, features.frames)
    } finally {
      logits.dispose()
    }
  }

  #feeds(features: Features, prompt: Prompt): Record<string, Tensor> {
    const { language, textNorm } = checkedPrompt(features, prompt, this.#facts)
    const { data, frames, dimension } = features
    return {
      [this.#names.features]: new this.#Tensor('float32', data, [1, frames, dimension]),
      [this.#names.length]: this.#oneInt(frames),
      [this.#names.language]: this.#oneInt(language),
      [this.#names.textNorm]: this.#oneInt(textNorm),
    }
  }

  #oneInt(value: number): Tensor {
    return new this.#Tensor('int32', Int32Array.of(value), [1])
  }

  #reduced(logits: Tensor, frames: number): AcousticOutput {
    const { vocabularySize } = this.#facts
    const expected = [1, frames + TAG_FRAMES, vocabularySize]
    const { data, dims } = logits
    if (!(data instanceof Float32Array)) {
      throw new SpeechError('model-unsupported', `the model's logits are ${logits.type}, not float32`)
    }
    if (dims.length !== 3 || dims.some((size, axis) => size !== expected[axis])) {
      throw new SpeechError(
        'model-unsupported',
        `the model's logits have the shape ${dims.join(' x ')} instead of ${expected.join(' x ')}`,
        { hint: 'The token list or the manifest belongs to another model file.' },
      )
    }
    return reduceLogits(data, frames + TAG_FRAMES, vocabularySize, this.#tags)
  }
}
