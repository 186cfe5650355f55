/** How far a client has played, by this machine's clock: sound plays from the moment it is sent, one piece behind the other. */
export class PlayClock {
  #endsMs = 0

  /** Sound that is sent now. */
  sent(durationMs: number): void {
    this.#endsMs = Math.max(this.#endsMs, performance.now()) + durationMs
  }

  /** Resolves when at most `mostMs` are left to play, or at once when `signal` is aborted. */
  async untilLeft(mostMs: number, signal: AbortSignal): Promise<void> {
    const lateMs = this.#endsMs - performance.now() - mostMs
    if (lateMs <= 0 || signal.aborted) return
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, lateMs)
      signal.addEventListener('abort', end)
    })
  }
}
