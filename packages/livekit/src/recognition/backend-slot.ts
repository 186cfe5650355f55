import { SpeechError } from '@sensevoice-web/engine'
import type { BackendSource, UtteranceBackend } from '../backend.ts'

/** A backend that could not be opened is not tried again for so long: its replacement answers meanwhile. */
const REOPEN_MS = 30_000

/** One backend of several: opened when it is needed, and how it did last. */
export class BackendSlot {
  readonly source: BackendSource
  readonly #clock: () => number
  #opened: Promise<UtteranceBackend> | undefined
  #failure: { readonly error: unknown; readonly atMs: number } | undefined
  #backend: UtteranceBackend | undefined
  #closed = false
  /** Whether it answered the last utterance it was asked for. */
  healthy = true

  constructor(source: BackendSource, clock: () => number) {
    this.source = source
    this.#clock = clock
  }

  get name(): string {
    return this.source.name
  }

  /** Of the opened backend. */
  get model(): string | undefined {
    return this.#backend?.model
  }

  /** @throws SpeechError why it cannot be opened, also when that was found out a short while ago; `closed` */
  open(): Promise<UtteranceBackend> {
    if (this.#closed) return Promise.reject(new SpeechError('closed', `the backend ${this.name} was closed`))
    const failure = this.#failure
    if (failure !== undefined && this.#clock() - failure.atMs < REOPEN_MS) {
      return Promise.reject(failure.error)
    }
    this.#opened ??= this.#begin()
    return this.#opened
  }

  /** Whether opening it has failed lately, so that asking again is of no use. */
  get unavailable(): boolean {
    return this.#failure !== undefined && this.#clock() - this.#failure.atMs < REOPEN_MS
  }

  async dispose(): Promise<void> {
    this.#closed = true
    const backend = await this.#opened?.catch(() => undefined)
    await backend?.dispose()
  }

  async #begin(): Promise<UtteranceBackend> {
    try {
      const backend = await this.source.open()
      this.#failure = undefined
      this.#backend = backend
      return backend
    } catch (error) {
      this.#opened = undefined
      this.#failure = { error, atMs: this.#clock() }
      throw error
    }
  }
}
