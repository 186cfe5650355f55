interface Held<Item> {
  readonly item: Item
  readonly weight: number
}

/** A queue between two stages that holds a bounded weight: `put` waits for room, `take` waits for an item. One taker at a time. */
export class Channel<Item extends object> {
  readonly #capacity: number
  #items: Held<Item>[] = []
  #held = 0
  #open = true
  #failure: { readonly error: unknown } | undefined
  #taker: (() => void) | undefined
  #putters: (() => void)[] = []

  /** @param capacity weight that may be held; a single heavier item passes alone */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** @returns false when the channel was closed meanwhile and the item is dropped */
  async put(item: Item, weight: number): Promise<boolean> {
    while (this.#open && this.#held > 0 && this.#held + weight > this.#capacity) {
      await new Promise<void>((resolve) => this.#putters.push(resolve))
    }
    return this.push(item, weight)
  }

  /** Does not wait for room: for what is small and few. */
  push(item: Item, weight = 0): boolean {
    if (!this.#open) return false
    this.#items.push({ item, weight })
    this.#held += weight
    this.#wake()
    return true
  }

  /** Resolves when all weight was taken, or nothing is held any more. */
  async emptied(): Promise<void> {
    while (this.#open && this.#held > 0) {
      await new Promise<void>((resolve) => this.#putters.push(resolve))
    }
  }

  /**
   * @returns `undefined` after the last item
   * @throws what `fail` was given, after the last item
   */
  async take(): Promise<Item | undefined> {
    while (this.#items.length === 0 && this.#open) {
      await new Promise<void>((resolve) => {
        this.#taker = resolve
      })
    }
    const next = this.#items.shift()
    if (next === undefined) {
      if (this.#failure !== undefined) throw this.#failure.error
      return undefined
    }
    this.#held -= next.weight
    this.#wake()
    return next.item
  }

  /** What is held can still be taken; nothing more comes. */
  end(): void {
    this.#open = false
    this.#wake()
  }

  /** As `end`, and then `take` throws. */
  fail(error: unknown): void {
    if (!this.#open) return
    this.#failure = { error }
    this.end()
  }

  /** Drops what is held. */
  clear(): void {
    this.#items = []
    this.#held = 0
    this.#wake()
  }

  #wake(): void {
    const waiting = [this.#taker, ...this.#putters]
    this.#taker = undefined
    this.#putters = []
    for (const wake of waiting) wake?.()
  }
}
