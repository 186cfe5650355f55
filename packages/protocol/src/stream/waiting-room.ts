/** Senders that wait until little enough of their sound is on its way. */
export class WaitingRoom {
  #waiting: { readonly mostMs: number; readonly resolve: () => void }[] = []

  until(mostMs: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ mostMs, resolve }))
  }

  /** @param waitingMs sound on its way; 0 lets everybody go */
  update(waitingMs: number): void {
    const done = this.#waiting.filter(({ mostMs }) => waitingMs <= mostMs)
    this.#waiting = this.#waiting.filter(({ mostMs }) => waitingMs > mostMs)
    for (const { resolve } of done) resolve()
  }
}
