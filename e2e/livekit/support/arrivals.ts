import { within } from './within.ts'

interface Waiter<T> {
  readonly where: (item: T) => boolean
  readonly resolve: (item: T) => void
}

/** Things that come one after another: all that came, and a wait for one of a kind that came already or comes yet. */
export class Arrivals<T> {
  readonly all: T[] = []
  readonly #waiters = new Set<Waiter<T>>()

  add(item: T): void {
    this.all.push(item)
    for (const waiter of this.#waiters) {
      if (!waiter.where(item)) continue
      this.#waiters.delete(waiter)
      waiter.resolve(item)
    }
  }

  /** The first that fits from number `from` on. @throws Error that names `what` when none came within `limitMs` */
  async first(what: string, where: (item: T) => boolean, { from = 0, limitMs = 20_000 } = {}): Promise<T> {
    const present = this.all.slice(from).find(where)
    if (present !== undefined) return present
    let waiter: Waiter<T> | undefined
    const coming = new Promise<T>((resolve) => {
      waiter = { where, resolve }
      this.#waiters.add(waiter)
    })
    try {
      return await within(limitMs, what, coming)
    } finally {
      if (waiter !== undefined) this.#waiters.delete(waiter)
    }
  }
}
