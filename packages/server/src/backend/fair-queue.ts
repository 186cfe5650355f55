import { type RecognitionKind, SpeechError } from '@sensevoice-web/engine'

export interface QueuedWork {
  readonly kind: RecognitionKind
  readonly device: string
  readonly signal?: AbortSignal
}

interface Waiting extends QueuedWork {
  readonly sinceMs: number
  begin(): void
  refuse(reason: unknown): void
}

export interface FairQueueOptions {
  /** Pieces of work at once. */
  readonly concurrency: number
  /** Of all kinds together; a final or candidate beyond it takes the place of the newest partial, if one waits. */
  readonly mostWaiting: number
  readonly clock: () => number
  /** How long a piece of work has waited. */
  readonly onStart?: (waitedMs: number) => void
}

const ORDER: readonly RecognitionKind[] = ['final', 'candidate', 'partial']

/**
 * Work for few hands from many devices: finals first, then candidates, then partials; among equals the device that was served longest ago.
 */
export class FairQueue {
  readonly #options: FairQueueOptions
  readonly #waiting: Waiting[] = []
  /** When a device was served last, as a count. */
  readonly #served = new Map<string, number>()
  #turn = 0
  #running = 0
  #closed = false

  constructor(options: FairQueueOptions) {
    this.#options = options
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /**
   * @throws SpeechError `busy` at once when too many wait, and of a partial also later, when its place is needed; `closed`; the signal's reason while
   *   it waits
   */
  async run<Result>(work: QueuedWork, run: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw closed()
    work.signal?.throwIfAborted()
    if (this.#waiting.length >= this.#options.mostWaiting) this.#makeRoom(work.kind)
    await this.#turnOf(work)
    try {
      return await run()
    } finally {
      this.#running -= 1
      this.#next()
    }
  }

  /** Refuses what waits; resolves when what runs is done. */
  async close(): Promise<void> {
    this.#closed = true
    for (const waiting of this.#waiting.splice(0)) waiting.refuse(closed())
    while (this.#running > 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  /** A partial that never comes is missed by nobody: the same speech comes again with its final. */
  #makeRoom(kind: RecognitionKind): void {
    const refusal = new SpeechError('busy', `${this.#waiting.length} segments wait already`, {
      hint: 'Try again in a moment, or give the server more processors.',
      retryable: true,
    })
    const at = kind === 'partial' ? -1 : this.#waiting.map((waiting) => waiting.kind).lastIndexOf('partial')
    const [partial] = at < 0 ? [] : this.#waiting.splice(at, 1)
    if (partial === undefined) throw refusal
    partial.refuse(refusal)
  }

  #turnOf(work: QueuedWork): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        const at = this.#waiting.indexOf(waiting)
        if (at >= 0) this.#waiting.splice(at, 1)
        reject(work.signal?.reason)
      }
      const waiting: Waiting = {
        ...work,
        sinceMs: this.#options.clock(),
        begin: () => {
          work.signal?.removeEventListener('abort', onAbort)
          resolve()
        },
        refuse: (reason) => {
          work.signal?.removeEventListener('abort', onAbort)
          reject(reason)
        },
      }
      work.signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(waiting)
      this.#next()
    })
  }

  #next(): void {
    if (this.#running >= this.#options.concurrency) return
    const best = this.#waiting.reduce<Waiting | undefined>(
      (first, other) => (first === undefined || this.#isBefore(other, first) ? other : first),
      undefined,
    )
    if (best === undefined) {
      if (this.#running === 0) this.#served.clear()
      return
    }
    this.#waiting.splice(this.#waiting.indexOf(best), 1)
    this.#running += 1
    this.#served.set(best.device, ++this.#turn)
    this.#options.onStart?.(this.#options.clock() - best.sinceMs)
    best.begin()
  }

  #isBefore(one: Waiting, other: Waiting): boolean {
    const [kind, otherKind] = [ORDER.indexOf(one.kind), ORDER.indexOf(other.kind)]
    if (kind !== otherKind) return kind < otherKind
    return (this.#served.get(one.device) ?? 0) < (this.#served.get(other.device) ?? 0)
  }
}

function closed(): SpeechError {
  return new SpeechError('closed', 'the server is going away', { retryable: true })
}
