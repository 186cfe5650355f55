import type { EventSender } from '../../wire/event-port.ts'

/** Tells how much of a finite sound has been analyzed: a figure that only grows. */
export class ProgressTeller {
  readonly #events: EventSender
  readonly #totalMs: number
  #toldMs = 0

  constructor(events: EventSender, totalMs: number) {
    this.#events = events
    this.#totalMs = totalMs
  }

  /** @param analyzedMs may go back: the pre-roll of a segment reaches over sound that was already told */
  tell(analyzedMs: number): void {
    const capped = Math.min(analyzedMs, this.#totalMs)
    if (capped <= this.#toldMs) return
    this.#toldMs = capped
    this.#events.send({ type: 'analysis-progress', analyzedMs: capped, totalMs: this.#totalMs })
  }
}
