import type { VAD, VADEvent, VADStream } from '@livekit/agents'
import { VADEventType } from '@livekit/agents'
import { AudioFrame } from '@livekit/rtc-node'
import { floatToPcm16 } from '@sensevoice-web/engine'
import type { Endpointer, EndpointSink } from './endpointer.ts'

const SAMPLE_RATE = 16_000
const SAMPLES_PER_MS = 16
/** Sound kept while nobody speaks: more than any VAD puts in front of a start. */
const RETAINED_SAMPLES = 5 * SAMPLE_RATE
/** At the end the VAD may take so long for what it has; a window that is not full is never answered. */
const DRAIN_MS = 1000
const DRAIN_STEP_MS = 10
const WINDOW_SAMPLES = 512

/** Utterances by a VAD of LiveKit's, as its Silero plugin. */
export class ExternalVadEndpointer implements Endpointer {
  readonly #stream: VADStream
  readonly #sink: EndpointSink
  readonly #listening: Promise<void>
  #maxSegmentSamples: number
  #pushedSamples = 0
  #judgedSamples = 0
  #nextSegmentId = 0
  #open: { readonly id: number; readonly startSamples: number } | undefined
  #floorSamples = 0
  #silenceMs = 0
  #failure: unknown
  #disposed = false

  constructor(vad: VAD, maxSegmentMs: number, sink: EndpointSink) {
    this.#stream = vad.stream()
    this.#sink = sink
    this.#maxSegmentSamples = maxSegmentMs * SAMPLES_PER_MS
    this.#listening = this.#listen().catch((error: unknown) => {
      this.#failure = error
    })
  }

  get retainFromSamples(): number {
    return this.#open?.startSamples ?? Math.max(this.#floorSamples, this.#judgedSamples - RETAINED_SAMPLES)
  }

  /** The VAD has heard its own length of silence when it tells an end: that of the last one. */
  get postRollMs(): number {
    return this.#silenceMs
  }

  async push(samples: Float32Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    if (samples.length === 0) return
    this.#pushedSamples += samples.length
    this.#stream.pushFrame(new AudioFrame(floatToPcm16(samples), SAMPLE_RATE, 1, samples.length))
    // Lets the VAD keep up with sound that comes faster than it is spoken.
    await new Promise((resolve) => setImmediate(resolve))
  }

  async flush(): Promise<void> {
    await this.#drain()
    if (this.#disposed) return
    this.#close(this.#pushedSamples, 'flush')
    this.#judgedSamples = this.#pushedSamples
    this.#stream.flush()
  }

  limit(maxSegmentMs: number): void {
    this.#maxSegmentSamples = maxSegmentMs * SAMPLES_PER_MS
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    this.#stream.close()
    await this.#listening
  }

  async #drain(): Promise<void> {
    for (let waitedMs = 0; waitedMs < DRAIN_MS; waitedMs += DRAIN_STEP_MS) {
      const rest = this.#pushedSamples - this.#judgedSamples
      if (rest < WINDOW_SAMPLES || this.#disposed || this.#failure !== undefined) return
      await new Promise((resolve) => setTimeout(resolve, DRAIN_STEP_MS))
    }
  }

  async #listen(): Promise<void> {
    for await (const event of this.#stream) {
      if (this.#disposed) return
      this.#hear(event)
    }
  }

  #hear(event: VADEvent): void {
    switch (event.type) {
      case VADEventType.START_OF_SPEECH: {
        if (this.#open !== undefined) return
        const start = this.#judgedSamples - lengthOf(event)
        this.#begin(Math.max(this.#floorSamples, start, 0))
        break
      }
      case VADEventType.INFERENCE_DONE:
        this.#judgedSamples = Math.min(this.#judgedSamples + lengthOf(event), this.#pushedSamples)
        this.#cut()
        this.#sink.heard(this.#judgedSamples, event.speaking)
        break
      case VADEventType.END_OF_SPEECH:
        this.#silenceMs = event.silenceDuration
        this.#close(this.#judgedSamples, 'silence')
        break
    }
  }

  #begin(startSamples: number): void {
    const segmentId = this.#nextSegmentId++
    this.#open = { id: segmentId, startSamples }
    this.#sink.event({ type: 'speech-start', segmentId, startSamples }, this.#judgedSamples)
  }

  #cut(): void {
    while (this.#open !== undefined) {
      const cutSamples = this.#open.startSamples + this.#maxSegmentSamples
      if (this.#judgedSamples < cutSamples) return
      this.#close(cutSamples, 'hard-cut')
      this.#begin(cutSamples)
    }
  }

  #close(endSamples: number, reason: 'silence' | 'flush' | 'hard-cut'): void {
    const open = this.#open
    if (open === undefined) return
    this.#open = undefined
    this.#floorSamples = endSamples
    const { id: segmentId, startSamples } = open
    this.#sink.event(
      { type: 'end', segmentId, revision: 0, startSamples, endSamples, reason },
      this.#judgedSamples,
    )
  }
}

function lengthOf({ frames }: VADEvent): number {
  return frames.reduce((sum, { samplesPerChannel }) => sum + samplesPerChannel, 0)
}
