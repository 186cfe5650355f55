/** What is used of `fetch`: the page's, a worker's and Node's fit as they are. */
export type HttpFetch = (
  url: string,
  request: {
    readonly headers: Record<string, string>
    readonly signal: AbortSignal
    /** The store is the cache: the browser's own would keep a second copy of 240 MB. */
    readonly cache: 'no-store'
  },
) => Promise<HttpAnswer>

export interface HttpAnswer {
  readonly status: number
  /** `cors`: another origin, which may hide headers that are there. */
  readonly type: string
  readonly headers: { get(name: string): string | null }
  readonly body: HttpBody | null
}

export interface HttpBody {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
    cancel(reason?: unknown): Promise<void>
  }
}

/** The server fell silent. */
export class Stalled extends Error {
  constructor(ms: number) {
    super(`nothing came for ${Math.round(ms / 1000)} s`)
  }
}

export interface RequestOptions {
  readonly fetch: HttpFetch
  /** Silence after which a request is given up, before the answer and between any two pieces of its body. */
  readonly stallMs: number
  readonly signal?: AbortSignal | undefined
}

/** One request, given up when its server falls silent or the caller's signal says so. */
export class HttpRequest {
  readonly #options: RequestOptions
  readonly #controller = new AbortController()
  readonly #onStop = () => this.#controller.abort(this.#options.signal?.reason)
  #reader: ReturnType<HttpBody['getReader']> | undefined

  constructor(options: RequestOptions) {
    this.#options = options
    options.signal?.addEventListener('abort', this.#onStop)
  }

  /** @throws Stalled, the signal's reason, or what `fetch` throws */
  async open(url: string, headers: Record<string, string>): Promise<HttpAnswer> {
    this.#options.signal?.throwIfAborted()
    const { fetch } = this.#options
    const answer = await this.#inTime(() =>
      fetch(url, { headers, signal: this.#controller.signal, cache: 'no-store' }),
    )
    this.#reader = answer.body?.getReader()
    return answer
  }

  /** The body's next piece; undefined at its end. */
  async next(): Promise<Uint8Array | undefined> {
    const reader = this.#reader
    if (reader === undefined) return undefined
    const { done, value } = await this.#inTime(() => reader.read())
    return done ? undefined : value
  }

  /** Frees the connection; to be called in any case. */
  close(): void {
    this.#options.signal?.removeEventListener('abort', this.#onStop)
    // Whatever is still under way is not wanted any more, and neither is its error.
    this.#reader?.cancel().catch(() => {})
    this.#controller.abort()
  }

  async #inTime<Value>(act: () => Promise<Value>): Promise<Value> {
    const { stallMs, signal } = this.#options
    let timer: ReturnType<typeof setTimeout> | undefined
    const stalled = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Stalled(stallMs))
        this.#controller.abort()
      }, stallMs)
    })
    try {
      return await Promise.race([act(), stalled])
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }
}
