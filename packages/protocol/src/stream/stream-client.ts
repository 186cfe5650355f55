import {
  deserializeSpeechError,
  type LanguageChoice,
  SpeechError,
  type SpeechEvent,
  toSpeechError,
} from '@sensevoice-web/engine'
import { checkUrl } from './address.ts'
import { STREAM_VERSION } from './client-messages.ts'
import { type Deferred, deferred } from './deferred.ts'
import { deserializeEvent } from './event-message.ts'
import type { KeptFrames } from './kept-frames.ts'
import { KeptSound } from './kept-sound.ts'
import { LastingLink } from './lasting-link.ts'
import type { Link } from './link.ts'
import {
  type EventMessage,
  readServerMessage,
  type ServerMessage,
  type WelcomeMessage,
} from './server-messages.ts'
import { clearTimeout, setTimeout, type Timer } from './timers.ts'
import type { WebSocketClass } from './web-socket-like.ts'

/** More than this in the socket's own buffer waits here instead, where it is bounded. */
const SOCKET_BYTES = 1 << 20
const DRAIN_MS = 50

/** How the connection is. `closed` is the end; with an error when it was not asked for. */
export type ConnectionState =
  | { readonly type: 'connecting' }
  | { readonly type: 'open'; readonly resumed: boolean; readonly model: WelcomeMessage['model'] }
  /** Sound is kept meanwhile. */
  | { readonly type: 'reconnecting'; readonly attempt: number }
  /** `lostMs`: sound that the server never took. */
  | { readonly type: 'closed'; readonly lostMs: number; readonly error?: SpeechError }

export interface StreamClientOptions {
  /** `wss://host/ws/device`; a token goes into its query as `token`, since browsers let pages set no header. */
  readonly url: string
  readonly WebSocket: WebSocketClass
  /** Hz, 8000 to 48000. */
  readonly sampleRate: number
  readonly language?: LanguageChoice
  readonly withItn?: boolean
  readonly partials?: boolean
  /** Called in order; each event comes once, however often the connection was cut. */
  readonly onEvent: (event: SpeechEvent) => void
  readonly onConnection?: (state: ConnectionState) => void
}

/**
 * Client of the stream protocol. Sound is numbered and kept until the server has taken it; after a cut the session goes on where it was.
 */
export class StreamClient {
  readonly #options: StreamClientOptions
  readonly #sound: KeptSound
  readonly #frames: KeptFrames
  readonly #links: LastingLink
  #welcome: WelcomeMessage | undefined
  #ready = false
  #nextEvent = 0
  #recognition: { language?: LanguageChoice; withItn?: boolean }
  #refill: Timer | undefined
  /** Of the present connection. */
  #finishAsked = false
  #opened: Deferred<WelcomeMessage> | undefined
  #finished: Deferred<number> | undefined
  #closed = false

  /** @throws SpeechError `invalid-argument` for an address that is none, `sample-rate-unsupported` */
  constructor(options: StreamClientOptions) {
    checkUrl(options.url)
    if (!(options.sampleRate >= 8000 && options.sampleRate <= 48_000)) {
      throw new SpeechError(
        'sample-rate-unsupported',
        `the wire takes 8000 to 48000 Hz, got ${options.sampleRate}`,
      )
    }
    this.#options = options
    this.#sound = new KeptSound(options.sampleRate, options.onEvent)
    this.#frames = this.#sound.frames
    this.#links = new LastingLink(options.WebSocket, options.url, {
      opened: () => this.#hello(),
      text: (text) => this.#hear(text),
      cut: (attempt) => this.#cut(attempt),
      failed: (error) => this.#fail(error),
    })
    const { language, withItn } = options
    this.#recognition = {
      ...(language === undefined ? {} : { language }),
      ...(withItn === undefined ? {} : { withItn }),
    }
  }

  /** From a ping to its answer, in ms; undefined before there was one. */
  get roundTripMs(): number | undefined {
    return this.#links.link?.roundTripMs
  }

  /** Sound that the server has not taken yet, in ms. */
  get unacknowledgedMs(): number {
    return (this.#frames.samples / this.#options.sampleRate) * 1000
  }

  /**
   * Connects; resolves when the server has answered the hello.
   *
   * @throws SpeechError `network` when there is no server, or what the server says is wrong
   */
  open(): Promise<WelcomeMessage> {
    if (this.#closed) return Promise.reject(new SpeechError('closed', 'the connection was closed'))
    if (this.#opened === undefined) {
      this.#opened = deferred()
      this.#tell({ type: 'connecting' })
      this.#links.connect()
    }
    return this.#opened.promise
  }

  /**
   * Takes sound: mono in [-1, 1] at the stream's rate. Never waits. Sound beyond what is kept is dropped and told as an `overrun`, and replaced
   * by silence, so that every position after it stays true.
   *
   * @throws SpeechError `closed`, `invalid-argument` after `finish`
   */
  send(samples: Float32Array): void {
    if (this.#closed) throw new SpeechError('closed', 'the connection was closed')
    if (this.#finished !== undefined) {
      throw new SpeechError('invalid-argument', 'sound came after the end of the sound')
    }
    this.#sound.add(samples)
    this.#drain()
  }

  /** Takes effect with the next recognition. */
  configure(changes: { language?: LanguageChoice; withItn?: boolean }): void {
    this.#recognition = { ...this.#recognition, ...changes }
    if (this.#ready) this.#links.link?.say({ type: 'configure', ...changes })
  }

  /**
   * The sound ends here; resolves when everything was answered.
   *
   * @returns samples that the server took, at 16 kHz
   * @throws SpeechError why it cannot be answered any more
   */
  finish(): Promise<number> {
    if (this.#closed) return Promise.reject(new SpeechError('closed', 'the connection was closed'))
    if (this.#finished === undefined) {
      this.#finished = deferred()
      this.#sound.end()
      this.#drain()
    }
    return this.#finished.promise
  }

  /** Ends the session at once; what was not answered is not any more. */
  close(): void {
    if (this.#ready) this.#links.link?.say({ type: 'bye' })
    this.#end()
  }

  #hello(): void {
    this.#finishAsked = false
    const { sampleRate, partials } = this.#options
    const session = this.#welcome?.session
    this.#links.link?.say({
      type: 'hello',
      protocol: 'sensevoice',
      version: STREAM_VERSION,
      audio: { format: 'pcm16', sampleRate },
      ...this.#recognition,
      ...(partials === undefined ? {} : { partials }),
      ...(session === undefined ? {} : { resume: { session, nextEvent: this.#nextEvent } }),
    })
  }

  #hear(text: string): void {
    let message: ServerMessage
    try {
      message = readServerMessage(text)
    } catch (error) {
      this.#fail(toSpeechError(error, 'network'))
      return
    }
    switch (message.type) {
      case 'welcome':
        this.#greeted(message)
        break
      case 'event':
        this.#event(message)
        break
      case 'finished':
        if (this.#isNew(message.number)) {
          this.#finished?.resolve(message.samples)
          this.close()
        }
        break
      case 'ack':
        this.#frames.acknowledge(message.nextSequence)
        this.#links.link?.say({ type: 'ack', nextEvent: this.#nextEvent })
        this.#drain()
        break
      case 'pong':
        this.#links.link?.pong(message.id)
        break
      case 'error':
        if (message.nextSequence !== undefined && this.#frames.rewind(message.nextSequence)) this.#drain()
        else this.#fail(deserializeSpeechError(message.error))
        break
    }
  }

  #greeted(welcome: WelcomeMessage): void {
    const again = this.#welcome !== undefined
    if (again && !welcome.resumed) {
      this.#fail(
        new SpeechError(
          'network',
          'the server has lost the session: sound that was on its way is not answered',
          {
            hint: 'Begin a new one.',
            retryable: true,
          },
        ),
      )
      return
    }
    if (!this.#frames.rewind(welcome.nextSequence)) {
      this.#fail(
        new SpeechError('network', 'the server asks for sound that it had taken before', { retryable: true }),
      )
      return
    }
    this.#welcome = welcome
    this.#ready = true
    this.#links.answered(welcome.resumeMs)
    this.#opened?.resolve(welcome)
    this.#tell({ type: 'open', resumed: welcome.resumed, model: welcome.model })
    this.#links.link?.ping()
    this.#drain()
  }

  #event({ number, event }: EventMessage): void {
    if (!this.#isNew(number)) return
    let heard: SpeechEvent
    try {
      heard = deserializeEvent(event)
    } catch (error) {
      this.#fail(toSpeechError(error, 'network'))
      return
    }
    this.#options.onEvent(heard)
  }

  /** Events come again after a cut; each counts once, and none is left out. */
  #isNew(number: number): boolean {
    if (number < this.#nextEvent) return false
    if (number > this.#nextEvent) {
      this.#fail(
        new SpeechError('network', `the server left out event ${this.#nextEvent}`, { retryable: true }),
      )
      return false
    }
    this.#nextEvent += 1
    return true
  }

  #drain(): void {
    const { link } = this.#links
    if (!this.#ready || !link?.isOpen || this.#refill !== undefined) return
    while (link.waitingBytes < SOCKET_BYTES) {
      const frame = this.#frames.next()
      if (frame === undefined) {
        this.#askToFinish(link)
        return
      }
      link.send(frame)
    }
    this.#refill = setTimeout(() => {
      this.#refill = undefined
      this.#drain()
    }, DRAIN_MS)
  }

  /** Once for every connection: the server answers once. */
  #askToFinish(link: Link): void {
    if (this.#finished === undefined || this.#finishAsked) return
    this.#finishAsked = true
    link.say({ type: 'finish' })
  }

  #cut(attempt: number): void {
    this.#ready = false
    this.#tell({ type: 'reconnecting', attempt })
  }

  #fail(error: SpeechError): void {
    this.#opened?.reject(error)
    this.#finished?.reject(error)
    this.#end(error)
  }

  #end(error?: SpeechError): void {
    if (this.#closed) return
    this.#closed = true
    this.#ready = false
    if (this.#refill !== undefined) clearTimeout(this.#refill)
    this.#links.leave()
    const closed = error ?? new SpeechError('closed', 'the connection was closed')
    this.#opened?.reject(closed)
    this.#finished?.reject(closed)
    this.#tell({ type: 'closed', lostMs: this.unacknowledgedMs, ...(error === undefined ? {} : { error }) })
  }

  #tell(state: ConnectionState): void {
    this.#options.onConnection?.(state)
  }
}
