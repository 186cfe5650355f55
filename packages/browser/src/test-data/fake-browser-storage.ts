/** Cache Storage as far as the store uses it. */
export class FakeCaches {
  readonly #caches = new Map<string, FakeCache>()

  async keys(): Promise<string[]> {
    return [...this.#caches.keys()]
  }

  async has(name: string): Promise<boolean> {
    return this.#caches.has(name)
  }

  async open(name: string): Promise<FakeCache> {
    const cache = this.#caches.get(name) ?? new FakeCache()
    this.#caches.set(name, cache)
    return cache
  }

  async delete(name: string): Promise<boolean> {
    return this.#caches.delete(name)
  }
}

class FakeCache {
  readonly #entries = new Map<string, ArrayBuffer>()

  async put(url: string, response: Response): Promise<void> {
    this.#entries.set(new URL(url).href, await response.arrayBuffer())
  }

  async match(url: string): Promise<Response | undefined> {
    const bytes = this.#entries.get(new URL(url).href)
    return bytes && new Response(bytes)
  }

  async delete(url: string): Promise<boolean> {
    return this.#entries.delete(url)
  }

  async keys(): Promise<{ readonly url: string }[]> {
    return [...this.#entries.keys()].map((url) => ({ url }))
  }
}

interface LockWish {
  readonly mode?: 'exclusive' | 'shared'
  readonly ifAvailable?: boolean
  readonly signal?: AbortSignal
}

interface Waiting {
  readonly mode: 'exclusive' | 'shared'
  readonly grant: () => void
}

/** Web Locks as far as the store uses them: shared and exclusive ones, first come, first served. */
export class FakeLocks {
  readonly #held = new Map<string, ('exclusive' | 'shared')[]>()
  readonly #waiting = new Map<string, Waiting[]>()

  async request<Value>(
    name: string,
    { mode = 'exclusive', ifAvailable = false, signal }: LockWish,
    work: (lock: object | null) => Promise<Value>,
  ): Promise<Value> {
    signal?.throwIfAborted()
    if (ifAvailable && (this.#queue(name).length > 0 || !this.#fits(name, mode))) return await work(null)
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = { mode, grant: resolve }
      this.#queue(name).push(waiting)
      signal?.addEventListener('abort', () => {
        this.#waiting.set(
          name,
          this.#queue(name).filter((other) => other !== waiting),
        )
        reject(signal.reason)
      })
      this.#advance(name)
    })
    try {
      return await work({ name, mode })
    } finally {
      const held = this.#held.get(name) ?? []
      held.splice(held.indexOf(mode), 1)
      this.#advance(name)
    }
  }

  #fits(name: string, mode: 'exclusive' | 'shared'): boolean {
    const held = this.#held.get(name) ?? []
    return held.length === 0 || (mode === 'shared' && !held.includes('exclusive'))
  }

  #queue(name: string): Waiting[] {
    const queue = this.#waiting.get(name) ?? []
    this.#waiting.set(name, queue)
    return queue
  }

  #advance(name: string): void {
    const queue = this.#queue(name)
    for (let next = queue[0]; next !== undefined && this.#fits(name, next.mode); next = queue[0]) {
      queue.shift()
      this.#held.set(name, [...(this.#held.get(name) ?? []), next.mode])
      next.grant()
    }
  }
}
