import type { SpeechEvent } from '@sensevoice-web/engine'

/** How many events wait for a consumer that has not come (somebody who uses the DOM events only). */
const KEPT_WITHOUT_CONSUMER = 256

type Ending =
  | { readonly type: 'open' }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly error: unknown }

/**
 * Events of one stream as an async iterable with one consumer. A slow consumer gets every result, but of levels only the newest and of
 * partials only the newest of a segment: they are outdated by their successors.
 */
export class EventQueue implements AsyncIterableIterator<SpeechEvent> {
  readonly #events: SpeechEvent[] = []
  readonly #onReturn: () => Promise<void>
  #ending: Ending = { type: 'open' }
  #consumed = false
  #wake: (() => void) | undefined

  /** @param onReturn called when the consumer leaves the loop before the end */
  constructor(onReturn: () => Promise<void>) {
    this.#onReturn = onReturn
  }

  push(event: SpeechEvent): void {
    if (this.#ending.type !== 'open') return
    const outdated = this.#events.findIndex((waiting) => outdates(event, waiting))
    if (outdated >= 0) this.#events.splice(outdated, 1)
    this.#events.push(event)
    if (!this.#consumed && this.#events.length > KEPT_WITHOUT_CONSUMER) this.#events.shift()
    this.#wake?.()
  }

  end(): void {
    if (this.#ending.type === 'open') this.#ending = { type: 'done' }
    this.#wake?.()
  }

  /** The consumer gets what waits, then this error. */
  fail(error: unknown): void {
    if (this.#ending.type === 'open') this.#ending = { type: 'failed', error }
    this.#wake?.()
  }

  [Symbol.asyncIterator](): this {
    this.#consumed = true
    return this
  }

  async next(): Promise<IteratorResult<SpeechEvent>> {
    this.#consumed = true
    for (;;) {
      const event = this.#events.shift()
      if (event !== undefined) return { done: false, value: event }
      const ending = this.#ending
      if (ending.type === 'failed') {
        this.#ending = { type: 'done' }
        throw ending.error
      }
      if (ending.type === 'done') return { done: true, value: undefined }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
  }

  async return(): Promise<IteratorResult<SpeechEvent>> {
    this.#events.length = 0
    this.end()
    await this.#onReturn()
    return { done: true, value: undefined }
  }
}

function outdates(event: SpeechEvent, waiting: SpeechEvent): boolean {
  if (event.type === 'level') return waiting.type === 'level'
  return (
    event.type === 'partial' &&
    waiting.type === 'partial' &&
    waiting.partial.segmentId === event.partial.segmentId
  )
}
