import type { LoadProgress } from '@sensevoice-web/engine'
import { type PairSettings, WorkerPair } from './worker-pair.ts'

/** The workers of one analyzer: loaded when they are first needed, and anew when the last ones died. */
export class PageWorkers {
  readonly #settings: PairSettings
  readonly #closing = new AbortController()
  #pair: WorkerPair | undefined
  #loading: Promise<WorkerPair> | undefined

  constructor(settings: PairSettings) {
    this.#settings = settings
  }

  /**
   * A failed start is forgotten, so that the next call tries again.
   *
   * @param signal ends the waiting; with `ending` true, the first loading too
   */
  async load({ signal, onProgress, ending = false }: WorkersCall): Promise<WorkerPair> {
    if (this.#pair !== undefined) return this.#pair
    this.#loading ??= WorkerPair.load(this.#settings, {
      signal:
        ending && signal !== undefined
          ? AbortSignal.any([signal, this.#closing.signal])
          : this.#closing.signal,
      onProgress,
    })
      .then((pair) => this.#adopt(pair))
      .finally(() => {
        this.#loading = undefined
      })
    const pair = await this.#loading
    signal?.throwIfAborted()
    return pair
  }

  /** Ends the workers, or their loading. */
  close(reason: unknown): void {
    this.#closing.abort(reason)
    this.#pair?.terminate()
    this.#pair = undefined
  }

  #adopt(pair: WorkerPair): WorkerPair {
    this.#pair = pair
    void pair.failed.then(() => {
      if (this.#pair === pair) this.#pair = undefined
    })
    return pair
  }
}

export interface WorkersCall {
  readonly signal?: AbortSignal | undefined
  readonly onProgress: (progress: LoadProgress) => void
  readonly ending?: boolean
}
