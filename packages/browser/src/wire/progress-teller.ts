import type { SpeechEventOf } from '@sensevoice-web/engine'

/** Tells how much of a finite sound has been analyzed: a figure that only grows. */
export class ProgressTeller {
  readonly #tell: (event: SpeechEventOf<'analysis-progress'>) => void
  readonly #totalMs: number
  #toldMs = 0

  constructor(totalMs: number, tell: (event: SpeechEventOf<'analysis-progress'>) => void) {
    this.#tell = tell
    this.#totalMs = totalMs
  }

  /** @param analyzedMs may go back: the pre-roll of a segment reaches over sound that was already told */
  tell(analyzedMs: number): void {
    const capped = Math.min(analyzedMs, this.#totalMs)
    if (capped <= this.#toldMs) return
    this.#toldMs = capped
    this.#tell({ type: 'analysis-progress', analyzedMs: capped, totalMs: this.#totalMs })
  }
}
