import {
  type AcousticModel,
  type AcousticOutput,
  type Features,
  type Prompt,
  SpeechError,
  type TagIds,
} from '@sensevoice-web/engine'
import { checkedPrompt, type ModelFacts } from '@sensevoice-web/onnx'
import type { OipRequest } from '../oip/oip-client.ts'
import { allowanceOf } from './allowance.ts'
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

export interface TritonModelOptions extends EndpointPoolOptions {
  /** Of the local files; the served model has to be of the same ones. */
  readonly facts: ModelFacts
  readonly tags: TagIds
  readonly identity: ModelIdentity
  /** Start also when no endpoint is well. Default false. */
  readonly startUnavailable?: boolean
}

/**
 * SenseVoice served by Triton, or by any server of the Open Inference Protocol that serves the repository of `models/`. Calls go out at once and are
 * answered as the servers answer them: the batching is theirs.
 */
export class TritonModel implements AcousticModel {
  readonly #options: TritonModelOptions
  readonly #pool: EndpointPool
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
   * @throws SpeechError `invalid-argument`; unless told to start all the same, `network` when none is well, `model-unsupported` when all serve another
   *   model
   */
  static async connect(options: TritonModelOptions): Promise<TritonModel> {
    const model = new TritonModel(options)
    await model.#pool.start()
    if (model.#pool.available || options.startUnavailable) return model
    const { trouble } = model.#pool
    model.#pool.close()
    throw trouble
  }

  /** Whether an endpoint can be asked now. */
  get available(): boolean {
    return this.#pool.available
  }

  get counters(): PoolCounters {
    return this.#pool.counters
  }

  /**
   * A deadline of the call's own is kept as it is; else the time for one try grows with the sound, by 1.5 s for 15 s, 125 s
   * for 5 minutes, and the pool's deadline by twice as much.
   *
   * @throws SpeechError `invalid-argument`; `busy` (retryable) when the servers are overloaded; `network` (retryable) when none answered in time;
   *   `inference-failed`, `model-unsupported`, `closed`
   */
  async infer(features: Features, prompt: Prompt, call: PoolCall = {}): Promise<AcousticOutput> {
    if (this.#closed) throw new SpeechError('closed', 'the model was disposed of')
    const request = this.#request(features, prompt)
    const expected = this.#expected(features.frames)
    const allowanceMs = allowanceOf(features.frames)
    return await this.#pool.infer(request, (answer) => readNarrowAnswer(answer, expected), {
      ...call,
      allowanceMs,
    })
  }

  async dispose(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#pool.close()
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
}
