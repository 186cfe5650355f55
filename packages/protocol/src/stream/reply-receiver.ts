import { type HeardReply, REPLY_SAMPLE_RATE, type ReplyEvent } from './reply-event.ts'
import type { ReplyFrame } from './reply-frame.ts'

/** Puts the sound of replies beside their events, and tells what a cut has swallowed. */
export class ReplyReceiver {
  readonly #tell: (reply: HeardReply) => void
  #turn = 0
  #nextSample = 0
  #over = true

  constructor(tell: (reply: HeardReply) => void) {
    this.#tell = tell
  }

  event(turn: number, event: ReplyEvent): void {
    this.#enter(turn)
    if (event.type === 'turn-end') this.#lost(Math.round((event.audioMs * REPLY_SAMPLE_RATE) / 1000))
    if (event.type === 'turn-end' || event.type === 'cancelled') this.#over = true
    this.#tell({ turn, ...event })
  }

  sound({ turn, startSamples, pcm }: ReplyFrame): void {
    this.#enter(turn)
    // What comes behind the end is of nobody's turn any more.
    if (turn !== this.#turn || this.#over || startSamples < this.#nextSample) return
    this.#lost(startSamples)
    this.#nextSample = startSamples + pcm.length
    const [startMs, endMs] = [milliseconds(startSamples), milliseconds(this.#nextSample)]
    this.#tell({ turn, type: 'audio', startMs, endMs, pcm, sampleRate: REPLY_SAMPLE_RATE })
  }

  #enter(turn: number): void {
    if (turn <= this.#turn) return
    this.#turn = turn
    this.#nextSample = 0
    this.#over = false
  }

  #lost(untilSample: number): void {
    if (untilSample <= this.#nextSample) return
    const [startMs, endMs] = [milliseconds(this.#nextSample), milliseconds(untilSample)]
    this.#nextSample = untilSample
    this.#tell({ turn: this.#turn, type: 'audio-lost', startMs, endMs })
  }
}

function milliseconds(samples: number): number {
  return (samples * 1000) / REPLY_SAMPLE_RATE
}
