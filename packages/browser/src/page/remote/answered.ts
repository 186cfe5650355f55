import type { SpeechEvent } from '@sensevoice-web/engine'

const SAMPLES_PER_MS = 16

interface Segment {
  readonly startSamples: number
  /** Set once its end was told. */
  readonly endSamples?: number
}

/** What of a stream's sound has its answer, as its events tell. Segments are answered in their order. */
export class Answered {
  readonly #open = new Map<number, Segment>()
  #settledSamples = 0
  #newestId = -1

  take(event: SpeechEvent): void {
    switch (event.type) {
      case 'speech-start':
        this.#newestId = event.segmentId
        this.#open.set(event.segmentId, { startSamples: event.startSamples })
        break
      case 'speech-end': {
        const segment = this.#open.get(event.segmentId)
        if (segment !== undefined)
          this.#open.set(event.segmentId, { ...segment, endSamples: event.endSamples })
        break
      }
      case 'result':
        this.#settle(event.result.segmentId, event.result.endSamples)
        break
      case 'discarded':
        this.#settle(event.segmentId, event.endMs * SAMPLES_PER_MS)
        break
      case 'error':
        this.#settleOldest()
        break
      case 'overrun':
        if (event.where === 'recognizer') this.#settleOldest()
        break
    }
  }

  /** Where somebody else has to go on: the oldest sound without an answer, and the segment that it is to have. */
  get place(): { readonly fromSamples: number; readonly segmentId: number } {
    for (const [segmentId, { startSamples }] of this.#open) return { fromSamples: startSamples, segmentId }
    return { fromSamples: this.#settledSamples, segmentId: this.#newestId + 1 }
  }

  /** Whether the start, or the end, of that segment was told. */
  told(what: 'speech-start' | 'speech-end', segmentId: number): boolean {
    if (segmentId > this.#newestId) return false
    return what === 'speech-start' || this.#open.get(segmentId)?.endSamples !== undefined
  }

  #settle(segmentId: number, endSamples: number): void {
    for (const id of this.#open.keys()) if (id <= segmentId) this.#open.delete(id)
    this.#settledSamples = Math.max(this.#settledSamples, endSamples)
  }

  /** A segment that failed or was dropped: it is not named, but it is the oldest that has ended. */
  #settleOldest(): void {
    for (const [id, { endSamples }] of this.#open) {
      if (endSamples === undefined) continue
      this.#settle(id, endSamples)
      return
    }
  }
}
