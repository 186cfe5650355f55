import type { StageName } from '@sensevoice-web/pipeline'
import { Counter, Histogram, type Registry } from 'prom-client'

const SECONDS = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 13]

/** Counts and times of the answers, nothing of what is in them. */
export class ReplyMetrics {
  readonly #firstSound: Histogram
  readonly #turns: Counter<'outcome'>
  readonly #failures: Counter<'stage'>
  readonly #lost: Counter

  constructor(registry: Registry) {
    const registers = [registry]
    this.#firstSound = new Histogram({
      name: 'sensevoice_reply_first_sound_seconds',
      help: 'From a result to the first sound of its answer.',
      buckets: SECONDS,
      registers,
    })
    this.#turns = new Counter({
      name: 'sensevoice_replies_total',
      help: 'Answers by how they ended.',
      labelNames: ['outcome'],
      registers,
    })
    this.#failures = new Counter({
      name: 'sensevoice_reply_failures_total',
      help: 'Stages of answers that failed or were too slow.',
      labelNames: ['stage'],
      registers,
    })
    this.#lost = new Counter({
      name: 'sensevoice_reply_lost_seconds_total',
      help: 'Sound of answers whose client was cut off.',
      registers,
    })
  }

  firstSound(afterMs: number): void {
    this.#firstSound.observe(afterMs / 1000)
  }

  ended(outcome: 'answered' | 'fallback' | 'cancelled'): void {
    this.#turns.inc({ outcome })
  }

  failed(stage: StageName): void {
    this.#failures.inc({ stage })
  }

  lost(soundMs: number): void {
    this.#lost.inc(soundMs / 1000)
  }
}
