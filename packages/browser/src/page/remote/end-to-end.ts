import { DEFAULT_SEGMENTER_OPTIONS, type SegmentEndReason, type SpeechEvent } from '@sensevoice-web/engine'
import type { StreamConfig } from '../../wire/stream-config.ts'
import { ArrivalTimes } from './arrival-times.ts'

const SAMPLES_PER_MS = 16

/**
 * Puts the page's own time from the end of speech to the result in the place of the server's, and what the way there and back has added beside it:
 * the server knows only when sound came to it.
 */
export class EndToEnd {
  readonly #arrivals = new ArrivalTimes()
  readonly #reasons = new Map<number, SegmentEndReason>()
  readonly #postRollMs: number

  constructor({ segmentation }: Pick<StreamConfig, 'segmentation'>) {
    const changes = segmentation === 'whole' ? {} : segmentation
    this.#postRollMs = changes.postRollMs ?? DEFAULT_SEGMENTER_OPTIONS.postRollMs
  }

  heard(endSamples: number): void {
    this.#arrivals.add(endSamples, performance.now())
  }

  timed(event: SpeechEvent): SpeechEvent {
    if (event.type === 'speech-end') this.#reasons.set(event.segmentId, event.reason)
    if (event.type !== 'result') return event
    const { result } = event
    const { endOfSpeechToResultMs } = result.timings
    const postRollMs = this.#reasons.get(result.segmentId) === 'silence' ? this.#postRollMs : 0
    for (const id of this.#reasons.keys()) if (id <= result.segmentId) this.#reasons.delete(id)
    const arrivedAtMs = this.#arrivals.of(result.endSamples - postRollMs * SAMPLES_PER_MS)
    if (endOfSpeechToResultMs === undefined || arrivedAtMs === undefined) return event
    const ownMs = performance.now() - arrivedAtMs
    const networkMs = Math.max(0, ownMs - endOfSpeechToResultMs)
    const timings = { ...result.timings, endOfSpeechToResultMs: ownMs, networkMs }
    return { ...event, result: { ...result, timings } }
  }
}
