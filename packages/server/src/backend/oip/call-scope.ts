import { OipError } from './oip-error.ts'

/**
 * Gives up one call when its time is over, its caller gives up, or the client is closed, and tells which it was. `AbortSignal.any` would do, but on
 * Node 20 it keeps every call's signals alive as long as the longest-lived of them.
 */
export class CallScope {
  readonly #controller = new AbortController()
  readonly #sources: readonly AbortSignal[]
  readonly #timer: NodeJS.Timeout
  readonly #timeoutMs: number
  #timedOut = false

  constructor(timeoutMs: number, sources: readonly (AbortSignal | undefined)[]) {
    this.#timeoutMs = timeoutMs
    this.#sources = sources.filter((source) => source !== undefined)
    this.#timer = setTimeout(
      () => {
        this.#timedOut = true
        this.#controller.abort()
      },
      Math.max(0, timeoutMs),
    )
    for (const source of this.#sources) {
      if (source.aborted) this.#controller.abort()
      else source.addEventListener('abort', this.#abort)
    }
  }

  readonly #abort = (): void => this.#controller.abort()

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Why the call ended early; `undefined` when it was not this scope that ended it. */
  get reason(): OipError | undefined {
    if (this.#timedOut) return new OipError('timeout', `no answer within ${Math.round(this.#timeoutMs)} ms`)
    if (this.#controller.signal.aborted) return new OipError('aborted', 'the call was given up')
    return undefined
  }

  end(): void {
    clearTimeout(this.#timer)
    for (const source of this.#sources) source.removeEventListener('abort', this.#abort)
  }
}
