/** A handle on something that several users share. */
export interface Shared<Resource> {
  readonly resource: Resource
  /** To be called once; what nobody uses any more is freed. */
  release(): Promise<void>
}

interface Entry<Resource> {
  readonly made: Promise<Resource>
  users: number
}

/** Things that are made once a process for each key, however many ask for them at once, and freed with their last user. */
export class SharedResources<Resource> {
  readonly #entries = new Map<string, Entry<Resource>>()
  readonly #free: (resource: Resource) => Promise<void>

  constructor(free: (resource: Resource) => Promise<void>) {
    this.#free = free
  }

  /** Things that exist now. */
  get size(): number {
    return this.#entries.size
  }

  /** @throws what `make` throws; the next user then tries anew */
  async use(key: string, make: () => Promise<Resource>): Promise<Shared<Resource>> {
    const entry = this.#entries.get(key) ?? { made: make(), users: 0 }
    this.#entries.set(key, entry)
    entry.users += 1
    let resource: Resource
    try {
      resource = await entry.made
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    }
    let released: Promise<void> | undefined
    return {
      resource,
      release: () => {
        released ??= this.#leave(key, entry, resource)
        return released
      },
    }
  }

  async #leave(key: string, entry: Entry<Resource>, resource: Resource): Promise<void> {
    entry.users -= 1
    if (entry.users > 0) return
    if (this.#entries.get(key) === entry) this.#entries.delete(key)
    await this.#free(resource)
  }
}
