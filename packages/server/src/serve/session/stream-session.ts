import { randomBytes } from 'node:crypto'
import { LiveAnalysis, SpeechError, type SpeechEvent, type VoiceProbe } from '@sensevoice-web/engine'
import { type HelloMessage, type StreamChanges, writeEvent, writeReply } from '@sensevoice-web/protocol'
import type { Backend } from '../../backend/backend.ts'
import { lossOf, retryAfterMs } from '../connection/lost-speech.ts'
import type { Replies } from '../conversation/replies.ts'
import type { ReplyTurns } from '../conversation/reply-turns.ts'
import { StreamReplies } from '../conversation/stream-replies.ts'
import type { SoundDecoder } from './sound-decoder.ts'

/** How often partials come at most, where the client does not say. */
const PARTIAL_INTERVAL_MS = 400
/** Events that a client has not acknowledged: enough for 30 s of absence, and a bound for one that never does. */
const MOST_EVENTS = 1000

export interface SessionParts {
  readonly device: string
  readonly backend: Backend
  /** Who answers, if the hello asks for it. */
  readonly replies: Replies | undefined
  readonly probe: VoiceProbe
  readonly decoder: SoundDecoder
  /** Of the server's own mind; what a client sees of it is in `event`. */
  readonly onEvent: (event: SpeechEvent) => void
  /** Its client is told of speech that gets no result. */
  readonly onError: (error: SpeechError) => void
  /** Sound was taken, in ms. */
  readonly onSound: (durationMs: number) => void
}

/** Takes what a session has to say; undefined while there is no connection. */
export type Say = (message: string | Uint8Array) => void

/**
 * One sound of one client over any number of connections: what was heard stays heard, and events are kept until they are acknowledged.
 */
export class StreamSession {
  /** Secret of its client. */
  readonly id = randomBytes(16).toString('hex')
  readonly device: string
  readonly #parts: SessionParts
  readonly #analysis: LiveAnalysis
  readonly #events: { readonly number: number; readonly write: (mostBytes: number) => string }[] = []
  readonly #replies: ReplyTurns | undefined
  readonly #abort = new AbortController()
  readonly #sampleRate: number
  readonly #whole: boolean
  #nextEvent = 0
  #nextSequence = 0
  #mostBytes: number
  #say: Say | undefined
  #finished: Promise<void> | undefined

  constructor(hello: HelloMessage, mostBytes: number, parts: SessionParts) {
    this.#parts = parts
    this.device = parts.device
    this.#mostBytes = mostBytes
    this.#sampleRate = hello.audio.sampleRate
    this.#whole = hello.segmentation === 'whole'
    this.#replies = hello.reply === true ? parts.replies?.open(this.#sink()) : undefined
    const { backend, probe, device } = parts
    const { signal } = this.#abort
    this.#analysis = new LiveAnalysis(
      {
        sampleRate: hello.audio.sampleRate,
        ...(hello.language === undefined ? {} : { language: hello.language }),
        ...(hello.withItn === undefined ? {} : { withItn: hello.withItn }),
        ...(hello.segmentation === undefined ? {} : { segmenter: hello.segmentation }),
        ...(hello.live === undefined ? {} : { live: hello.live }),
        ...(hello.partials === false
          ? {}
          : { partialIntervalMs: hello.partialIntervalMs ?? PARTIAL_INTERVAL_MS }),
      },
      {
        probe,
        recognize: (segment, options, kind) =>
          backend.recognize(segment, { ...options, kind, device, signal }),
        clock: () => performance.now(),
        deliver: (event) => this.#tell(event),
      },
    )
  }

  /** The first frame that is not here yet. */
  get nextSequence(): number {
    return this.#nextSequence
  }

  /** Sound that was taken and not heard yet, in ms. */
  get unheardMs(): number {
    return this.#analysis.unheardSamples / 16
  }

  /** Whether an answer is being made or played now. */
  get isReplying(): boolean {
    return this.#replies?.isReplying ?? false
  }

  /** Silences the answer that runs. */
  interrupt(): void {
    this.#replies?.interrupt()
  }

  /** Speaks to this connection from now on: events from `nextEvent` on come (again). */
  attach(say: Say, nextEvent: number, mostBytes: number): void {
    this.#say = say
    this.#mostBytes = mostBytes
    this.acknowledge(nextEvent)
    for (const { write } of this.#events) say(write(mostBytes))
  }

  detach(): void {
    this.#say = undefined
  }

  acknowledge(nextEvent: number): void {
    while (this.#events[0] !== undefined && this.#events[0].number < nextEvent) this.#events.shift()
  }

  configure({ segmentation, ...recognition }: StreamChanges): void {
    this.#analysis.configure({
      ...recognition,
      ...(segmentation === undefined ? {} : { segmenter: segmentation }),
    })
  }

  /** What is being said ends here. */
  endSegment(): void {
    this.#analysis.endSegment().catch((error: unknown) => this.#failed(error))
  }

  /**
   * Takes a frame. One that is here already counts as taken.
   *
   * @returns false when frames before it are missing
   * @throws SpeechError `invalid-audio` for sound that cannot be decoded; the frame then counts as taken
   */
  take(sequence: number, payload: Uint8Array): boolean {
    if (sequence < this.#nextSequence) return true
    if (sequence > this.#nextSequence) return false
    this.#nextSequence += 1
    const samples = this.#parts.decoder.decode(payload)
    this.#parts.onSound((1000 * samples.length) / this.#sampleRate)
    this.#analysis.push(samples).catch((error: unknown) => this.#failed(error))
    return true
  }

  /** Resolves when `nobody` waits to be heard any more. */
  async heard(): Promise<void> {
    await this.#analysis.push(new Float32Array(0)).catch(() => {})
  }

  /** Recognizes what is left and says that it is over; once, however often it is asked for. */
  finish(): void {
    this.#finished ??= this.#analysis.finish().then(
      async () => {
        await this.#replies?.settled()
        if (this.#abort.signal.aborted) return
        const number = this.#nextEvent++
        const samples = this.#analysis.heardSamples
        this.#keep(number, () => JSON.stringify({ type: 'finished', number, samples }))
      },
      (error: unknown) => this.#failed(error),
    )
  }

  /**
   * The server goes away: resolves when what was begun has its answer. `finished` is said to a client that asked for it and to no other, which
   * has sound still to come and goes on elsewhere.
   */
  async settle(): Promise<void> {
    if (this.#finished !== undefined) return await this.#finished
    // A part of what is to be one segment would be no answer to it.
    if (!this.#whole) await this.#analysis.endSegment().catch((error: unknown) => this.#failed(error))
    await this.#replies?.settled()
  }

  /** Drops everything. */
  async close(): Promise<void> {
    this.#say = undefined
    this.#replies?.close()
    this.#abort.abort(new SpeechError('closed', 'the session is over'))
    await this.#analysis.cancel()
    await this.#parts.probe.dispose()
    this.#parts.decoder.free()
  }

  #tell(event: SpeechEvent): void {
    this.#parts.onEvent(event)
    const number = this.#nextEvent++
    const loss = lossOf(event)
    if (loss !== undefined) this.#parts.onError(loss)
    const retryMs = loss && retryAfterMs(loss)
    this.#keep(number, (mostBytes) => writeEvent(number, event, mostBytes, retryMs))
    this.#replies?.hear(event)
  }

  #sink(): StreamReplies {
    return new StreamReplies({
      mostBytes: () => this.#mostBytes,
      event: (turn, event) => {
        const number = this.#nextEvent++
        this.#keep(number, () => writeReply(number, turn, event))
      },
      sound: (frame, durationMs) => {
        if (this.#say === undefined) this.#parts.replies?.metrics.lost(durationMs)
        else this.#say(frame)
      },
    })
  }

  #keep(number: number, write: (mostBytes: number) => string): void {
    this.#events.push({ number, write })
    // A client that never acknowledges cannot come back to what is dropped here; it is told by the gap in the numbers.
    if (this.#events.length > MOST_EVENTS) this.#events.shift()
    this.#say?.(write(this.#mostBytes))
  }

  #failed(error: unknown): void {
    if (this.#abort.signal.aborted) return
    const reason =
      error instanceof SpeechError
        ? error
        : new SpeechError('inference-failed', 'the sound could not be heard', { cause: error })
    this.#tell({ type: 'error', error: reason })
  }
}
