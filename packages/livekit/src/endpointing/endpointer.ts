import type { SegmentEvent } from '@sensevoice-web/engine'

/** Takes what an endpointer finds, in order. Positions are samples at 16 kHz from the start of the stream. */
export interface EndpointSink {
  /** @param heardSamples how far the sound was judged when this was found */
  event(event: SegmentEvent, heardSamples: number): void
  /** The sound was judged up to here. `speech`: the newest of it is, so a partial would not be in the way of an end. */
  heard(heardSamples: number, speech: boolean): void
}

/** Finds where utterances begin and end. */
export interface Endpointer {
  /** Earliest position that an event to come may ask for; never goes back. */
  readonly retainFromSamples: number
  /** Silence at the end of an utterance's sound, in ms. */
  readonly postRollMs: number
  /** @param samples 16 kHz mono in [-1, 1] */
  push(samples: Float32Array): Promise<void>
  /** Ends the open utterance here. Sound may follow. */
  flush(): Promise<void>
  /** Longer utterances are cut from now on. */
  limit(maxSegmentMs: number): void
  /** No event comes afterwards. */
  dispose(): Promise<void>
}
