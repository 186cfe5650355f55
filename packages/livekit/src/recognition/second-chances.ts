/**
 * Where utterances wait that no backend could answer. LiveKit runs a stream's `run` again after a failure; each run is a round, and begins with
 * what was left by the one before.
 */
export class SecondChances {
  readonly #waiting = new Set<() => void>()
  #fail: ((error: unknown) => void) | undefined

  /** Begins a round: what waits is tried again. The promise rejects when an utterance is given up in this round, and never resolves. */
  begin(): Promise<never> {
    const round = new Promise<never>((_resolve, reject) => {
      this.#fail = reject
    })
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const goOn of waiting) goOn()
    return round
  }

  /**
   * Ends the round, and waits for the next.
   *
   * @throws the signal's reason
   */
  wait(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const goOn = () => {
        signal.removeEventListener('abort', aborted)
        resolve()
      }
      const aborted = () => {
        this.#waiting.delete(goOn)
        reject(signal.reason)
      }
      signal.addEventListener('abort', aborted, { once: true })
      this.#waiting.add(goOn)
      this.#fail?.(error)
    })
  }
}
