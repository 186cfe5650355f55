import { SpeechError } from '@sensevoice-web/engine'
import type { Runs } from './serial-runs.ts'

/** Lets runs of a session happen at the same time, where the runtime allows it (Node), and a release wait for all of them. */
export class ParallelRuns implements Runs {
  readonly #what: string
  readonly #running = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  /** @param what the model in words, for the message of a call that comes too late */
  constructor(what: string) {
    this.#what = what
  }

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) {
      return Promise.reject(new SpeechError('closed', `${this.#what} was disposed of`))
    }
    const result = work()
    const settled = result.catch(() => undefined).finally(() => this.#running.delete(settled))
    this.#running.add(settled)
    return result
  }

  close(release: () => Promise<void>): Promise<void> {
    this.#closing ??= Promise.all(this.#running).then(release)
    return this.#closing
  }
}
