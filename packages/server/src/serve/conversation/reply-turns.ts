import type { SpeechEvent, SpeechResult } from '@sensevoice-web/engine'
import type { CancelReason, Conversation, Turn } from '@sensevoice-web/pipeline'
import { PlayClock } from './play-clock.ts'
import type { ReplyMetrics } from './reply-metrics.ts'
import type { ReplySink } from './reply-sink.ts'

/** Sound that a client may have and not have played: what it has to hold, and what a device plays on behind a barge-in. */
const AHEAD_MS = 1000
/** Of what was said while somebody went on speaking, in UTF-16 units; the oldest goes first. */
const MOST_HELD = 4000

interface Running {
  readonly turn: number
  readonly stop: AbortController
  readonly done: Promise<void>
  /** What it answers. */
  readonly said: SpeechResult
  deliveredMs: number
}

/** One client's conversation: who stops speaking is answered, who begins to speak silences the answer. */
export class ReplyTurns {
  readonly #conversation: Conversation
  readonly #sink: ReplySink
  readonly #metrics: ReplyMetrics
  #running: Running | undefined
  #speaking = false
  /** Said, and to be answered when nobody speaks. */
  #held: SpeechResult | undefined
  #closed = false

  constructor(conversation: Conversation, sink: ReplySink, metrics: ReplyMetrics) {
    this.#conversation = conversation
    this.#sink = sink
    this.#metrics = metrics
  }

  /** Whether an answer is being made or played. */
  get isReplying(): boolean {
    return this.#running !== undefined
  }

  hear(event: SpeechEvent): void {
    switch (event.type) {
      case 'speech-start':
        this.#speaking = true
        this.#takeBack()
        this.interrupt()
        break
      case 'speech-end':
        this.#speaking = false
        break
      case 'result':
        if (event.result.text.trim() !== '') {
          this.#takeBack()
          this.#held = joined(this.#held, event.result)
        }
        this.#answer()
        break
      case 'discarded':
        // There is no `speech-end` before it.
        this.#speaking = false
        this.#answer()
        break
      // No result comes of what is lost.
      case 'error':
      case 'overrun':
        this.#answer()
        break
    }
  }

  /** Sound begins anew: what was being said is not any more. */
  restart(): void {
    this.#speaking = false
    this.#held = undefined
    this.interrupt()
  }

  /** Barge-in: the sink is told `cancelled` before this returns, and nothing of the turn afterwards. */
  interrupt(reason: CancelReason = 'interrupted'): void {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    running.stop.abort()
    this.#conversation.interrupt()
    this.#metrics.ended('cancelled')
    const { turn, deliveredMs } = running
    this.#sink.tell({ type: 'cancelled', turn, reason, deliveredMs })
  }

  /** Resolves when nothing is being answered. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running.done
  }

  /** Silences what runs, and answers nothing any more. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.interrupt('closed')
    this.#conversation.close()
    this.#sink.free()
  }

  /** Where nothing of an answer was heard yet, there is none: what it is about is answered with what comes now. */
  #takeBack(): void {
    const running = this.#running
    if (running?.deliveredMs === 0) this.#held = running.said
  }

  #answer(): void {
    const result = this.#held
    if (result === undefined || this.#speaking || this.#closed) return
    this.#held = undefined
    this.interrupt('replaced')
    const turn = this.#conversation.answer(result)
    const stop = new AbortController()
    let end = () => {}
    const done = new Promise<void>((resolve) => {
      end = resolve
    })
    const running: Running = { turn: turn.turn, stop, done, said: result, deliveredMs: 0 }
    this.#running = running
    this.#play(turn, running)
      // A sink that fails ends its turn, not the process.
      .catch(() => {
        if (this.#running === running) this.interrupt()
      })
      .finally(() => {
        if (this.#running === running) this.#running = undefined
        end()
      })
  }

  async #play(turn: Turn, running: Running): Promise<void> {
    const clock = new PlayClock()
    const beganMs = performance.now()
    const { signal } = running.stop
    for await (const event of turn) {
      if (event.type === 'audio') await clock.untilLeft(AHEAD_MS - (event.endMs - event.startMs), signal)
      if (event.type === 'turn-end' && !signal.aborted) {
        this.#sink.soundEnd()
        await clock.untilLeft(0, signal)
      }
      // `cancelled` was told already.
      if (signal.aborted) return
      switch (event.type) {
        case 'audio':
          if (running.deliveredMs === 0) this.#metrics.firstSound(performance.now() - beganMs)
          running.deliveredMs = event.endMs
          break
        case 'error':
          this.#metrics.failed(event.stage)
          break
        case 'turn-end':
          this.#running = undefined
          this.#metrics.ended(event.outcome)
          break
        case 'cancelled':
          this.#running = undefined
          this.#metrics.ended('cancelled')
          break
      }
      this.#sink.tell(event)
      // Behind the sink: its encoder may take a while at first.
      if (event.type === 'audio') clock.sent(event.endMs - event.startMs)
    }
  }
}

/** What was said in two utterances without an answer between them is answered together. */
function joined(before: SpeechResult | undefined, result: SpeechResult): SpeechResult {
  if (before === undefined) return result
  return { ...result, text: `${before.text} ${result.text}`.slice(-MOST_HELD) }
}
