import { SpeechError } from '@sensevoice-web/engine'

/**
 * Lets one run of a session happen at a time, in order: a session is not to be entered twice, and a released one not at all. A failed run
 * does not spoil the next.
 */
export class SerialRuns {
  readonly #what: string
  #last: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | undefined

  /** @param what the model in words, for the message of a call that comes too late */
  constructor(what: string) {
    this.#what = what
  }

  /** @throws SpeechError `closed` after `close` was called */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) {
      return Promise.reject(new SpeechError('closed', `${this.#what} was disposed of`))
    }
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }

  /** Waits for the runs that were asked for, then calls `release`, once however often it is called. */
  close(release: () => Promise<void>): Promise<void> {
    this.#closing ??= this.#last.then(release)
    return this.#closing
  }
}
