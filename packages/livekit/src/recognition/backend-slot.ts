import { SpeechError } from '@sensevoice-web/engine'
import type { BackendSource, UtteranceBackend } from '../backend.ts'
import { withDeadline } from './with-deadline.ts'

/** A backend that could not be opened, or kept an utterance waiting, is left alone for so long: its replacement answers meanwhile. */
const REST_MS = 30_000

/** One backend of several: opened when it is needed, and how it did last. */
export class BackendSlot {
  readonly source: BackendSource
  readonly #openMs: number
  readonly #clock: () => number
  #opened: Promise<UtteranceBackend> | undefined
  #openingSinceMs: number | undefined
  #failure: { readonly error: unknown; readonly atMs: number } | undefined
  #backend: UtteranceBackend | undefined
  #hungAtMs: number | undefined
  #closed = false
  #healthy = true

  /** @param openMs opening may take so long */
  constructor(source: BackendSource, openMs: number, clock: () => number) {
    this.source = source
    this.#openMs = openMs
    this.#clock = clock
  }

  get name(): string {
    return this.source.name
  }

  /** Whether it can be asked without waiting for it. */
  get isOpen(): boolean {
    return this.#backend !== undefined
  }

  /** Whether it answered the last utterance it was asked for. */
  get healthy(): boolean {
    return this.#healthy
  }

  /** Whether it kept an utterance waiting lately, so that it is asked only when nobody else can answer. */
  get hung(): boolean {
    return this.#hungAtMs !== undefined && this.#clock() - this.#hungAtMs < REST_MS
  }

  answered(): void {
    this.#healthy = true
    this.#hungAtMs = undefined
  }

  failed(): void {
    this.#healthy = false
  }

  /** It failed, and took its time for that. */
  failedLate(): void {
    this.#healthy = false
    this.#hungAtMs = this.#clock()
  }

  /** Of the opened backend. */
  get model(): string | undefined {
    return this.#backend?.model
  }

  /** @throws SpeechError why it cannot be opened, also when that was found out a short while ago; `closed` */
  open(): Promise<UtteranceBackend> {
    if (this.#closed) return Promise.reject(new SpeechError('closed', `the backend ${this.name} was closed`))
    const failure = this.#failure
    if (failure !== undefined && this.#clock() - failure.atMs < REST_MS) {
      return Promise.reject(failure.error)
    }
    this.#opened ??= this.#begin()
    return this.#opened
  }

  /** Whether opening it has failed lately, so that asking again is of no use. */
  get unavailable(): boolean {
    return this.#failure !== undefined && this.#clock() - this.#failure.atMs < REST_MS
  }

  /** What is left of the time that opening may take, in ms. */
  get openLeftMs(): number {
    const since = this.#openingSinceMs
    return since === undefined ? this.#openMs : Math.max(0, this.#openMs - (this.#clock() - since))
  }

  /** Whether it is still being opened after its time for that, so that waiting is of no use. */
  get overdue(): boolean {
    return this.#openingSinceMs !== undefined && this.openLeftMs === 0
  }

  async dispose(): Promise<void> {
    this.#closed = true
    try {
      await this.#free()
    } finally {
      await this.source.dispose?.()
    }
  }

  async #free(): Promise<void> {
    const freed = this.#opened?.then((backend) => backend.dispose())
    if (this.isOpen) return await freed
    if (freed === undefined) return
    // Closing must end, whatever opening does: what is opened after its time is freed then, and nobody is told.
    const { signal } = new AbortController()
    await withDeadline(`opening ${this.name}`, this.openLeftMs, signal, () => freed).catch(() => {})
  }

  async #begin(): Promise<UtteranceBackend> {
    this.#openingSinceMs = this.#clock()
    try {
      const backend = await this.source.open()
      this.#failure = undefined
      this.#backend = backend
      return backend
    } catch (error) {
      this.#opened = undefined
      this.#failure = { error, atMs: this.#clock() }
      throw error
    } finally {
      this.#openingSinceMs = undefined
    }
  }
}
