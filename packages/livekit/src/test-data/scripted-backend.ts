import type { AudioSegment } from '@sensevoice-web/engine'
import { scriptedResult } from '@sensevoice-web/engine/testing'
import type { BackendSource, UtteranceCall } from '../backend.ts'
import { answerOfResult } from '../utterance-answer.ts'

/** A backend that answers from a script: a text, or a failure (throw), now or late. */
export class ScriptedBackend implements BackendSource {
  readonly name: string
  readonly partialIntervalMs: number | undefined
  readonly wordTimes = true
  readonly calls: { readonly segment: AudioSegment; readonly call: UtteranceCall }[] = []
  opened = 0
  disposed = 0
  /** Calls that have no outcome yet. */
  running = 0
  openFailure: Error | undefined
  readonly #script: (segment: AudioSegment, call: UtteranceCall) => string | Promise<string>

  constructor(
    name: string,
    script: (segment: AudioSegment, call: UtteranceCall) => string | Promise<string>,
    partialIntervalMs?: number,
  ) {
    this.name = name
    this.#script = script
    this.partialIntervalMs = partialIntervalMs
  }

  async open() {
    this.opened += 1
    if (this.openFailure !== undefined) throw this.openFailure
    return {
      model: `${this.name}-model`,
      recognize: async (segment: AudioSegment, call: UtteranceCall) => {
        this.calls.push({ segment, call })
        this.running += 1
        try {
          return answerOfResult(scriptedResult(await this.#script(segment, call), segment, call))
        } finally {
          this.running -= 1
        }
      },
      dispose: async () => {
        this.disposed += 1
      },
    }
  }
}
