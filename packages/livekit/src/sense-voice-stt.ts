import { APIConnectionError, type APIConnectOptions, log, stt, type VAD } from '@livekit/agents'
import type { AudioFrame } from '@livekit/rtc-node'
import { type SegmenterOptions, SpeechError, validSegmenterOptions } from '@sensevoice-web/engine'
import type { BackendSource } from './backend.ts'
import type { Endpointer, EndpointSink } from './endpointing/endpointer.ts'
import { ExternalVadEndpointer } from './endpointing/external-vad-endpointer.ts'
import { type EndpointingOptions, limits, SileroEndpointer } from './endpointing/silero-endpointer.ts'
import { useVoice } from './endpointing/voice.ts'
import { monoSamples } from './mono-sound.ts'
import { type RetryOptions, validRetryOptions } from './recognition/retry-options.ts'
import { type RecognitionTrouble, UtteranceRecognizer } from './recognition/utterance-recognizer.ts'
import { SenseVoiceStream } from './sense-voice-stream.ts'
import { speechData } from './speech-data.ts'
import { DEFAULT_RECOGNITION, type RecognitionSettings } from './stt-settings.ts'
import { validRecognition } from './valid-recognition.ts'

/** Longest sound of one `recognize()`: 5 minutes. */
const LONGEST_SAMPLES = 5 * 60 * 16_000
const DEFAULT_BACKLOG_MS = 5 * 60_000
const SHORTEST_BACKLOG_MS = 1000
const LONGEST_BACKLOG_MS = 60 * 60_000

export interface SttOptions extends Partial<RecognitionSettings> {
  /** What recognizes: `localBackend()`, `companionBackend()`, `tritonBackend()`, `funasrBackend()`. */
  readonly backend: BackendSource
  /** What takes over an utterance that the backend cannot answer, in this order; `otherSttBackend()` for any other STT. */
  readonly fallbacks?: readonly BackendSource[]
  /** A VAD of LiveKit's instead of the one inside. */
  readonly vad?: VAD
  /** Changes to the VAD inside; with `vad` they are refused. */
  readonly endpointing?: EndpointingOptions
  /** Silero VAD v5 or v6 for the VAD inside; with `vad` it is refused. Default: the v6 file of the server package. */
  readonly vadModelPath?: string
  readonly retry?: Partial<RetryOptions>
  /** Sound that may wait for its answer, a stream, in ms: then the oldest is dropped and told. 1000 to 3600000, default 5 minutes, 19 MB. */
  readonly maxBacklogMs?: number
}

/** What an STT did since it was made. */
export interface SttCounters {
  /** Tries that failed and were made again with the same backend. */
  retried: number
  /** Times that a backend's place was taken by the next for an utterance. */
  replaced: number
  /** Utterances that no backend could answer in one round of tries; LiveKit's retry tries them again. */
  givenUp: number
  /** Utterances that had ended and had no answer when their stream ended for good; those that were dropped do not count. */
  unanswered: number
  /** Sound that was dropped because recognition did not keep up, at 16 kHz. */
  droppedSamples: number
}

/**
 * SenseVoice as a streaming STT of LiveKit's, with the VAD inside: START_OF_SPEECH, INTERIM_TRANSCRIPT, FINAL_TRANSCRIPT with words and times,
 * END_OF_SPEECH and RECOGNITION_USAGE; `SpeechData.metadata` is a `SenseVoiceMetadata`.
 */
export class STT extends stt.STT {
  label = 'sensevoice.STT'
  readonly counters: SttCounters = { retried: 0, replaced: 0, givenUp: 0, unanswered: 0, droppedSamples: 0 }
  readonly #options: SttOptions
  readonly #recognizer: UtteranceRecognizer
  readonly #streams = new Set<SenseVoiceStream>()
  #settings: RecognitionSettings
  #voice: ReturnType<typeof useVoice> | undefined
  #closed: Promise<void> | undefined

  /** @throws SpeechError `invalid-argument` naming what is wrong */
  constructor(options: SttOptions) {
    const { backend, fallbacks = [], vad, maxBacklogMs = DEFAULT_BACKLOG_MS } = options
    super({
      streaming: true,
      interimResults: backend.partialIntervalMs !== undefined,
      alignedTranscript: backend.wordTimes ? 'word' : false,
      diarization: false,
    })
    this.#options = options
    this.#settings = validRecognition(options, DEFAULT_RECOGNITION)
    for (const name of ['endpointing', 'vadModelPath'] as const) {
      if (vad === undefined || options[name] === undefined) continue
      throw new SpeechError('invalid-argument', `${name} is for the VAD inside, but another vad was given`)
    }
    if (!(maxBacklogMs >= SHORTEST_BACKLOG_MS && maxBacklogMs <= LONGEST_BACKLOG_MS)) {
      throw new SpeechError(
        'invalid-argument',
        `maxBacklogMs must be ${SHORTEST_BACKLOG_MS} to ${LONGEST_BACKLOG_MS}, got ${maxBacklogMs}`,
      )
    }
    this.#requireSegmenter(this.#settings)
    this.#recognizer = new UtteranceRecognizer(
      [backend, ...fallbacks],
      validRetryOptions(options.retry ?? {}),
      (trouble) => this.#count(trouble),
    )
  }

  override get model(): string {
    return this.#recognizer.model
  }

  override get provider(): string {
    return 'sensevoice'
  }

  /** What holds now. */
  get settings(): RecognitionSettings {
    return this.#settings
  }

  /** Streams that are open. */
  get openStreams(): number {
    return this.#streams.size
  }

  /**
   * Loads or connects the backend and the VAD, which the first stream would else wait for: for `prewarm` of `defineAgent`. A backend that takes longer
   * than `retry.openMs` goes on being opened while the next one is loaded; LiveKit's `initializeProcessTimeout` has to be longer.
   *
   * @throws SpeechError that names why no backend can be used, or why the VAD cannot be loaded
   */
  async prewarm(): Promise<void> {
    await Promise.all([
      this.#recognizer.prewarm(),
      this.#options.vad === undefined ? this.#prewarmVoice() : undefined,
    ])
  }

  /**
   * Changes take effect with the next recognition and the next 32 ms of sound, in open streams too.
   *
   * @throws SpeechError `invalid-argument` naming what is wrong; nothing is changed then
   */
  updateOptions(changes: Partial<RecognitionSettings>): void {
    const settings = validRecognition(changes, this.#settings)
    this.#requireSegmenter(settings)
    this.#settings = settings
    for (const stream of this.#streams) stream.settingsChanged()
  }

  /** @throws SpeechError `closed` */
  stream(options: { connOptions?: APIConnectOptions } = {}): SenseVoiceStream {
    if (this.#closed !== undefined) throw new SpeechError('closed', 'the STT was closed')
    const stream = new SenseVoiceStream(
      this,
      {
        endpointing: () => this.#endpointing(),
        recognizer: this.#recognizer,
        settings: () => this.#settings,
        partialIntervalMs: this.#options.backend.partialIntervalMs,
        maxBacklogMs: this.#options.maxBacklogMs ?? DEFAULT_BACKLOG_MS,
        onDropped: (samples) => {
          this.counters.droppedSamples += samples
        },
        onEnded: (unanswered) => {
          this.counters.unanswered += unanswered
          this.#streams.delete(stream)
        },
      },
      options.connOptions,
    )
    this.#streams.add(stream)
    return stream
  }

  /** Ends all streams and frees what the STT holds; the local model stays for other STTs of this process that use it. */
  override close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  /** The whole sound is one utterance. */
  protected async _recognize(
    buffer: AudioFrame | AudioFrame[],
    abortSignal: AbortSignal = new AbortController().signal,
  ): Promise<stt.SpeechEvent> {
    const samples = monoSamples(buffer)
    if (samples.length > LONGEST_SAMPLES) {
      throw new SpeechError('invalid-argument', 'one recognition takes 5 minutes of sound at most', {
        hint: 'Use stream() for longer sound.',
      })
    }
    const { language, useItn: withItn } = this.#settings
    try {
      const answer = await this.#recognizer.recognize(
        { id: 0, samples, startSamples: 0 },
        { language, withItn, kind: 'final', stream: 'recognize', signal: abortSignal },
      )
      const alternatives: [stt.SpeechData] = [speechData(answer, 0)]
      return { type: stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives }
    } catch (error) {
      throw new APIConnectionError({ message: error instanceof Error ? error.message : String(error) })
    }
  }

  /** The network is loaded with its first probe. */
  async #prewarmVoice(): Promise<void> {
    const probe = await (await this.#useVoice()).resource.take()
    await probe.dispose()
  }

  #useVoice(): ReturnType<typeof useVoice> {
    this.#voice ??= useVoice(this.#options.vadModelPath)
    return this.#voice
  }

  async #endpointing(): Promise<(sink: EndpointSink) => Endpointer> {
    const { vad, endpointing = {} } = this.#options
    if (vad !== undefined) return (sink) => new ExternalVadEndpointer(vad, this.#settings.maxSegmentMs, sink)
    const probe = await (await this.#useVoice()).resource.take()
    return (sink) => new SileroEndpointer(probe, this.#settings.maxSegmentMs, endpointing, sink)
  }

  /** @throws SpeechError `invalid-argument` when the limit is too short for the endpointing */
  #requireSegmenter({ maxSegmentMs }: RecognitionSettings): void {
    const options: Partial<SegmenterOptions> = { ...this.#options.endpointing, ...limits(maxSegmentMs) }
    validSegmenterOptions(options)
  }

  #count(trouble: RecognitionTrouble): void {
    if (trouble.type === 'given-up') this.counters.givenUp += 1
    else this.counters[trouble.type] += 1
    log().warn({ stt: this.label, ...trouble }, 'recognition of an utterance failed')
  }

  async #close(): Promise<void> {
    for (const stream of this.#streams) stream.close()
    await Promise.all([...this.#streams].map((stream) => stream.end()))
    await this.#recognizer.dispose()
    const voice = await this.#voice?.catch(() => undefined)
    await voice?.release()
  }
}
