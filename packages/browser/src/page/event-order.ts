import type { SpeechEvent } from '@sensevoice-web/engine'

/**
 * Joins the events of the two workers into one order. They come over two ports, so a result (the recognizer's) may arrive before the end of
 * its segment (the listener's), and a late partial after its result.
 */
export class EventOrder {
  readonly #deliver: (event: SpeechEvent) => void
  readonly #ended = new Set<number>()
  readonly #waiting = new Map<number, SpeechEvent>()
  #newestResult = -1

  constructor(deliver: (event: SpeechEvent) => void) {
    this.#deliver = deliver
  }

  push(event: SpeechEvent): void {
    if (event.type === 'result') {
      this.#result(event.result.segmentId, event)
      return
    }
    if (event.type === 'partial' && event.partial.segmentId <= this.#newestResult) return
    this.#deliver(event)
    if (event.type === 'speech-end') this.#end(event.segmentId)
  }

  /** Hands out what still waits: no more events will come. */
  flush(): void {
    for (const [segmentId, event] of this.#waiting) this.#release(segmentId, event)
  }

  #result(segmentId: number, event: SpeechEvent): void {
    if (this.#ended.has(segmentId)) this.#release(segmentId, event)
    else this.#waiting.set(segmentId, event)
  }

  #end(segmentId: number): void {
    this.#ended.add(segmentId)
    const waiting = this.#waiting.get(segmentId)
    if (waiting !== undefined) this.#release(segmentId, waiting)
  }

  #release(segmentId: number, event: SpeechEvent): void {
    this.#waiting.delete(segmentId)
    this.#newestResult = Math.max(this.#newestResult, segmentId)
    // Results come in the order of their segments: an older end without a result (it failed or was dropped) will never have one.
    for (const id of this.#ended) if (id <= segmentId) this.#ended.delete(id)
    this.#deliver(event)
  }
}
