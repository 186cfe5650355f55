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

/** Web Locks as far as the store uses them: exclusive ones, first come, first served. */
export class FakeLocks {
  readonly #tails = new Map<string, Promise<void>>()

  request<Value>(
    name: string,
    { signal }: { readonly signal?: AbortSignal },
    work: () => Promise<Value>,
  ): Promise<Value> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal?.reason)
      signal?.addEventListener('abort', stop)
      const run = (this.#tails.get(name) ?? Promise.resolve()).then(async () => {
        signal?.removeEventListener('abort', stop)
        if (!signal?.aborted) await work().then(resolve, reject)
      })
      this.#tails.set(name, run)
    })
  }
}
