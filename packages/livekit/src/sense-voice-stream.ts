import { randomUUID } from 'node:crypto'
import { APIConnectionError, type APIConnectOptions, isAPIError, log, stt } from '@livekit/agents'
import type { AudioFrame } from '@livekit/rtc-node'
import {
  type AudioSegment,
  isSpeechError,
  type RecognitionKind,
  SpeechError,
  type SpeechErrorCode,
} from '@sensevoice-web/engine'
import type { Endpointer, EndpointSink } from './endpointing/endpointer.ts'
import { MonoSound } from './mono-sound.ts'
import { SecondChances } from './recognition/second-chances.ts'
import type { UtteranceRecognizer } from './recognition/utterance-recognizer.ts'
import type { RecognitionSettings } from './stt-settings.ts'
import { TurnEvents } from './turn-events.ts'
import type { UtteranceAnswer } from './utterance-answer.ts'
import { type UtteranceEvent, UtterancePipeline } from './utterance-pipeline.ts'

/** What another try of the same stream cannot change. */
const FOR_GOOD: readonly SpeechErrorCode[] = [
  'model-not-found',
  'model-corrupt',
  'model-unsupported',
  'invalid-argument',
  'sample-rate-unsupported',
]

/** What a stream takes from its STT. */
export interface StreamParts {
  /** Loads what finds utterances; what is made by it belongs to the stream. */
  readonly endpointing: () => Promise<(sink: EndpointSink) => Endpointer>
  readonly recognizer: UtteranceRecognizer
  readonly settings: () => RecognitionSettings
  readonly partialIntervalMs: number | undefined
  readonly maxBacklogMs: number
  readonly onDropped: (samples: number) => void
  /** Utterances that had ended and had no answer when the stream ended. */
  readonly onEnded: (unanswered: number) => void
}

/** One participant's sound to LiveKit's events. Made by `STT.stream()`. */
export class SenseVoiceStream extends stt.SpeechStream {
  label = 'sensevoice.SpeechStream'
  readonly #parts: StreamParts
  readonly #id = randomUUID()
  readonly #abort = new AbortController()
  readonly #chances = new SecondChances()
  readonly #turns: TurnEvents
  readonly #wallClockOffsetMs = Date.now() - performance.now()
  #offsetSeconds = 0
  #pipeline: UtterancePipeline | undefined
  #work: Promise<void> | undefined
  #ended: Promise<void> | undefined

  constructor(owner: stt.STT, parts: StreamParts, connOptions?: APIConnectOptions) {
    // No rate is asked for: LiveKit's own resampler keeps the end of the sound to itself.
    super(owner, undefined, connOptions)
    this.#parts = parts
    this.#turns = new TurnEvents({
      streamId: this.#id,
      offsetSeconds: () => this.#offsetSeconds,
      emit: (event) => {
        if (!this.queue.closed) this.queue.put(event)
      },
    })
  }

  /** The settings of the STT have changed. */
  settingsChanged(): void {
    this.#pipeline?.limit(this.#parts.settings().maxSegmentMs)
  }

  override close(): void {
    super.close()
    void this.end()
  }

  /** Stops everything of this stream; resolves when nothing of it runs any more. */
  end(): Promise<void> {
    this.#ended ??= this.#stop()
    return this.#ended
  }

  /** LiveKit calls it again after a failure: hearing went on meanwhile, and utterances without an answer are tried again. */
  protected async run(): Promise<void> {
    const round = this.#chances.begin()
    if (this.#work === undefined) {
      // Positions count from the first run on, whatever LiveKit adds to its offset for later ones.
      this.#offsetSeconds = this.startTimeOffset
      this.#work = this.#listen()
    }
    try {
      await Promise.race([this.#work, round])
      await this.end()
    } catch (error) {
      // Whether this was the last try is known when LiveKit has handled it.
      setImmediate(() => {
        if (this._failed) void this.end()
      })
      throw asApiError(error)
    }
  }

  async #listen(): Promise<void> {
    const createEndpointer = await this.#parts.endpointing()
    const pipeline = new UtterancePipeline({
      createEndpointer,
      recognize: (segment, kind) => this.#recognize(segment, kind),
      partialIntervalMs: this.#parts.partialIntervalMs,
      maxBacklogMs: this.#parts.maxBacklogMs,
      clock: () => performance.now(),
      deliver: (event) => this.#deliver(event),
    })
    this.#pipeline = pipeline
    try {
      // Closed while the VAD was loaded.
      if (this.#abort.signal.aborted) await pipeline.cancel()
      else await this.#hear(pipeline)
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error
    }
  }

  async #hear(pipeline: UtterancePipeline): Promise<void> {
    const sound = new MonoSound()
    for await (const item of this.input) {
      if (this.#abort.signal.aborted) return
      if (typeof item === 'symbol') await pipeline.endUtterance()
      else await pipeline.push(sound.push(item as AudioFrame))
    }
    if (this.#abort.signal.aborted) return
    await pipeline.push(sound.flush())
    await pipeline.finish()
  }

  async #recognize(segment: AudioSegment, kind: RecognitionKind): Promise<UtteranceAnswer> {
    const { signal } = this.#abort
    for (;;) {
      const { language, useItn: withItn } = this.#parts.settings()
      try {
        const call = { language, withItn, kind, stream: this.#id, signal }
        return await this.#parts.recognizer.recognize(segment, call)
      } catch (error) {
        if (kind !== 'final' || signal.aborted) throw error
        await this.#chances.wait(error, signal)
      }
    }
  }

  #deliver(event: UtteranceEvent): void {
    if (event.type === 'dropped') {
      const { samples } = event
      log().warn(
        { stt: this.label, droppedMs: samples / 16 },
        'recognition does not keep up: sound was dropped',
      )
      this.#parts.onDropped(samples)
    }
    if (event.type === 'speech-end') {
      this.#turns.take({ ...event, endedAtMs: event.endedAtMs + this.#wallClockOffsetMs })
    } else {
      this.#turns.take(event)
    }
  }

  async #stop(): Promise<void> {
    const unanswered = this.#pipeline?.unanswered ?? 0
    this.#abort.abort(new SpeechError('closed', 'the stream was closed'))
    await this.#pipeline?.cancel()
    if (unanswered > 0)
      log().warn({ stt: this.label, unanswered }, 'utterances had no answer when the stream ended')
    this.#parts.onEnded(unanswered)
  }
}

function asApiError(error: unknown): Error {
  if (isAPIError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  const retryable = !(isSpeechError(error) && FOR_GOOD.includes(error.code))
  return new APIConnectionError({ message, options: { retryable } })
}
