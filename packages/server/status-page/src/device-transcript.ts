import { inTranscript, nextSessionStart, type SessionStart } from '@sensevoice-web/elements/joined-sessions'
import {
  deserializeSpeechError,
  type PartialResult,
  type SerializedSpeechEvent,
  type SpeechError,
  type SpeechResult,
} from '@sensevoice-web/engine'

/** A page that stays open for days shows the newest of what was said. */
const MOST_RESULTS = 200

type Place = Pick<SpeechResult, 'segmentId' | 'startMs'>

/**
 * What a device has said since it was opened, as one transcript: a device counts segments and time from zero whenever it begins anew, with
 * each press of its button perhaps.
 */
export class DeviceTranscript {
  results: readonly SpeechResult[] = []
  partial: PartialResult | undefined
  /** Samples at 16 kHz that the server gave up. */
  droppedSamples = 0
  error: SpeechError | undefined
  /** The last result as the device itself counts. */
  #last: Place | undefined
  #start: SessionStart = { segmentId: 0, ms: 0 }

  take(event: SerializedSpeechEvent): void {
    switch (event.type) {
      case 'partial':
        this.partial = inTranscript(event.partial, this.#startOf(event.partial))
        break
      case 'result':
        this.#add(event.result)
        break
      case 'discarded':
        this.partial = undefined
        break
      case 'overrun':
        this.droppedSamples += event.samples
        break
      case 'error':
        this.partial = undefined
        this.error = deserializeSpeechError(event.error)
        break
      default:
        break
    }
  }

  #add(result: SpeechResult): void {
    this.#start = this.#startOf(result)
    this.#last = result
    this.results = [...this.results, inTranscript(result, this.#start)].slice(-MOST_RESULTS)
    this.partial = undefined
    this.error = undefined
  }

  #startOf({ segmentId, startMs }: Place): SessionStart {
    const last = this.#last
    const goesOn = last === undefined || (segmentId > last.segmentId && startMs > last.startMs)
    return goesOn ? this.#start : nextSessionStart(this.results)
  }
}
