import { SpeechError } from '@sensevoice-web/engine'
import { Channel } from './channel.ts'
import type { CancelReason, TurnEvent, TurnEventInit } from './turn-event.ts'

/** Sound that waits for the reader: 2 s at 24 kHz. */
const WAITING_BYTES = 96_000

/** The events of one turn on their way to one reader, who may be slow: sound waits outside until it is taken. */
export class TurnEvents {
  readonly #turn: number
  readonly #unreadMs: number
  readonly #onLeft: (reason: CancelReason) => void
  readonly #channel = new Channel<TurnEvent>(WAITING_BYTES)
  #over = false
  #read = false
  #takenMs = 0
  readonly #takenSentences = new Set<number>()

  /**
   * @param unreadMs longest that sound may wait to be taken
   * @param onLeft nobody reads any more
   */
  constructor(turn: number, unreadMs: number, onLeft: (reason: CancelReason) => void) {
    this.#turn = turn
    this.#unreadMs = unreadMs
    this.#onLeft = onLeft
  }

  /** Sentences of which sound was taken. */
  get takenSentences(): ReadonlySet<number> {
    return this.#takenSentences
  }

  /** Nothing happens when the turn is over. */
  tell(event: TurnEventInit): void {
    if (!this.#over) this.#channel.push({ turn: this.#turn, ...event })
  }

  /** Resolves when there is room for more, or when the turn is over. */
  async tellSound(event: Extract<TurnEventInit, { type: 'audio' }>): Promise<void> {
    const left = setTimeout(() => this.#onLeft('unread'), this.#unreadMs)
    await this.#channel.put({ turn: this.#turn, ...event }, event.pcm.byteLength)
    clearTimeout(left)
  }

  /** Resolves when all sound was taken, or when the turn is over: until then it can be silenced. */
  async soundTaken(): Promise<void> {
    const left = setTimeout(() => this.#onLeft('unread'), this.#unreadMs)
    await this.#channel.emptied()
    clearTimeout(left)
  }

  /** @returns false when the turn is over already */
  end(last: TurnEventInit): boolean {
    if (this.#over) return false
    this.tell(last)
    this.#over = true
    this.#channel.end()
    return true
  }

  /** Drops what was not taken. @returns false when all was taken, or the turn was cancelled before */
  cancel(reason: CancelReason): boolean {
    if (this.#over) return false
    this.#channel.clear()
    return this.end({ type: 'cancelled', reason, deliveredMs: this.#takenMs })
  }

  /** @throws SpeechError `busy` from the second time on */
  read(): AsyncIterator<TurnEvent> {
    if (this.#read) {
      throw new SpeechError('busy', `the events of turn ${this.#turn} are being read already`, {
        hint: 'Read them once and hand them on.',
      })
    }
    this.#read = true
    return {
      next: async () => {
        const event = await this.#channel.take()
        if (event === undefined) return { done: true, value: undefined }
        if (event.type === 'audio') {
          this.#takenMs = event.endMs
          this.#takenSentences.add(event.sentence)
        }
        return { done: false, value: event }
      },
      return: async () => {
        this.#onLeft('interrupted')
        return { done: true, value: undefined }
      },
    }
  }
}
