/** Work of which a server takes only so much at once; the rest waits in order. */
export class OneAtATime {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  /** @param most from 1 on */
  constructor(most: number) {
    this.#most = most
  }

  /** @throws the signal's reason, also while it waits; what `work` throws */
  async run<Outcome>(signal: AbortSignal, work: () => Promise<Outcome>): Promise<Outcome> {
    await this.#enter(signal)
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running -= 1
      else next()
    }
  }

  #enter(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (this.#running < this.#most) {
      this.#running += 1
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        const at = this.#waiting.indexOf(begin)
        if (at >= 0) this.#waiting.splice(at, 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(begin)
    })
  }
}
