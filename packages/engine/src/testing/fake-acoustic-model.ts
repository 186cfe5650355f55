import { SpeechError } from '../errors.ts'
import type { AcousticModel, AcousticOutput, Features, Prompt } from '../model/ports.ts'

/** What a scripted model was asked. */
export interface InferCall {
  readonly features: Features
  readonly prompt: Prompt
  /** 0 for the first call. */
  readonly index: number
}

/** An `AcousticModel` that answers from a script: an output, a failure (throw) or a late answer (a promise). */
export class FakeAcousticModel implements AcousticModel {
  readonly #script: (call: InferCall) => AcousticOutput | Promise<AcousticOutput>
  #last: Promise<unknown> = Promise.resolve()
  readonly calls: InferCall[] = []
  disposed = false

  constructor(script: (call: InferCall) => AcousticOutput | Promise<AcousticOutput>) {
    this.#script = script
  }

  infer(features: Features, prompt: Prompt): Promise<AcousticOutput> {
    if (this.disposed) return Promise.reject(new SpeechError('closed', 'the model was disposed of'))
    const call = { features, prompt, index: this.calls.length }
    this.calls.push(call)
    const answer = this.#last.then(() => this.#script(call))
    this.#last = answer.catch(() => undefined)
    return answer
  }

  async dispose(): Promise<void> {
    this.disposed = true
  }
}
