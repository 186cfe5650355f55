import {
  type AcousticModel,
  type AcousticOutput,
  type Features,
  isSpeechError,
  type Prompt,
  SpeechError,
  type SpeechErrorCode,
  type TagIds,
} from '@sensevoice-web/engine'
import { checkedPrompt, type ModelFacts } from '@sensevoice-web/onnx'
import type { OipRequest } from '../oip/oip-client.ts'
import { EndpointPool, type PoolCall } from './endpoint-pool.ts'
import { identityMismatch, type ModelIdentity } from './model-identity.ts'
import { NARROW_OUTPUTS, readNarrowAnswer } from './narrow-answer.ts'
import type { PoolCounters } from './pool-event.ts'
import type { EndpointPoolOptions } from './pool-options.ts'

/** Under which `models/` writes it into the model repository. */
const SERVED_NAME = 'sensevoice'
const SERVED_VERSION = '1'

/** Rows of the probe: about a second of sound. */
const PROBE_FRAMES = 17

/** Failures after which a local model is of use. Under overload it is not: it would be overloaded too, by far more. */
const FALLBACK_CODES: readonly SpeechErrorCode[] = ['network', 'model-unsupported']

export interface TritonModelOptions extends EndpointPoolOptions {
  /** Of the local files; the served model has to be of the same ones. */
  readonly facts: ModelFacts
  readonly tags: TagIds
  readonly identity: ModelIdentity
  /** Answers when no endpoint can. Of the same vocabulary; disposed of with this model. Default: none, requests fail. */
  readonly fallback?: AcousticModel
}

export interface TritonCounters extends PoolCounters {
  /** Requests that the fall-back model was given. */
  readonly fallbacks: number
}

/**
 * SenseVoice served by Triton, or by any server of the Open Inference Protocol that serves the repository of `models/`. Calls go out at once and are
 * answered as the servers answer them: the batching is theirs.
 */
export class TritonModel implements AcousticModel {
  readonly #options: TritonModelOptions
  readonly #pool: EndpointPool
  #fallbacks = 0
  #fallenBack = false
  #closed = false

  private constructor(options: TritonModelOptions) {
    this.#options = options
    const { facts, identity } = options
    const dimension = facts.frontend.melBins * facts.frontend.lfrWindowSize
    const probe = { data: new Float32Array(PROBE_FRAMES * dimension), frames: PROBE_FRAMES, dimension }
    this.#pool = new EndpointPool(
      {
        name: SERVED_NAME,
        version: SERVED_VERSION,
        mismatch: (parameters) => identityMismatch(identity, parameters),
        probe: this.#request(probe, { language: 'auto', withItn: true }),
        checkProbe: (answer) => void readNarrowAnswer(answer, this.#expected(PROBE_FRAMES)),
      },
      options,
    )
  }

  /**
   * Connects, and waits for the first endpoint that is well.
   *
   * @throws SpeechError `invalid-argument`; without a fall-back also `network` when none is well, `model-unsupported` when all serve another model
   */
  static async connect(options: TritonModelOptions): Promise<TritonModel> {
    const model = new TritonModel(options)
    await model.#pool.start()
    if (model.#pool.available || options.fallback !== undefined) return model
    const { trouble } = model.#pool
    model.#pool.close()
    throw trouble
  }

  /** Whether an endpoint can be asked now, so that the fall-back is not needed. */
  get available(): boolean {
    return this.#pool.available
  }

  get counters(): TritonCounters {
    return { ...this.#pool.counters, fallbacks: this.#fallbacks }
  }

  /**
   * @throws SpeechError `invalid-argument`; `busy` (retryable) when the servers are overloaded; `network` (retryable) when none answered in time and
   *   there is no fall-back; `inference-failed`, `model-unsupported`, `closed`
   */
  async infer(features: Features, prompt: Prompt, call: PoolCall = {}): Promise<AcousticOutput> {
    if (this.#closed) throw new SpeechError('closed', 'the model was disposed of')
    const request = this.#request(features, prompt)
    const expected = this.#expected(features.frames)
    try {
      const output = await this.#pool.infer(request, (answer) => readNarrowAnswer(answer, expected), call)
      this.#switch(false, 'an endpoint has answered')
      return output
    } catch (error) {
      const { fallback } = this.#options
      if (fallback === undefined || !isSpeechError(error) || !FALLBACK_CODES.includes(error.code)) throw error
      this.#switch(true, error.message)
      this.#fallbacks += 1
      return await fallback.infer(features, prompt)
    }
  }

  async dispose(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#pool.close()
    await this.#options.fallback?.dispose()
  }

  #request(features: Features, prompt: Prompt): OipRequest {
    const rows = checkedPrompt(features, prompt, this.#options.facts)
    const { data, frames, dimension } = features
    return {
      model: SERVED_NAME,
      version: SERVED_VERSION,
      inputs: [
        { name: 'features', datatype: 'FP32', shape: [1, frames, dimension], data },
        { name: 'language', datatype: 'INT32', shape: [1, 1], data: Int32Array.of(rows.language) },
        { name: 'text_norm', datatype: 'INT32', shape: [1, 1], data: Int32Array.of(rows.textNorm) },
      ],
      outputs: NARROW_OUTPUTS,
    }
  }

  #expected(frames: number) {
    const { tags, facts } = this.#options
    return { frames, version: SERVED_VERSION, tags, vocabularySize: facts.vocabularySize }
  }

  #switch(active: boolean, reason: string): void {
    if (this.#fallenBack === active) return
    this.#fallenBack = active
    this.#options.onEvent?.({ type: 'fallback', active, reason })
  }
}
