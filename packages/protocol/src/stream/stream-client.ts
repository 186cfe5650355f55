import {
  deserializeSpeechError,
  type LanguageChoice,
  SpeechError,
  type SpeechEvent,
} from '@sensevoice-web/engine'
import { checkUrl, hostOf } from './address.ts'
import { STREAM_VERSION } from './client-messages.ts'
import { type Deferred, deferred } from './deferred.ts'
import { deserializeEvent } from './event-message.ts'
import type { KeptFrames } from './kept-frames.ts'
import { KeptSound } from './kept-sound.ts'
import { readServerMessage, type ServerMessage, type WelcomeMessage } from './server-messages.ts'
import { clearTimeout, setTimeout, type Timer } from './timers.ts'
import { OPEN, type WebSocketClass, type WebSocketLike } from './web-socket-like.ts'

/** Nothing heard for this long: a ping; for twice as long: the connection is taken for dead. */
const SILENCE_MS = 7_500
const FIRST_DELAY_MS = 250
const MOST_DELAY_MS = 5_000
/** More than this in the socket's own buffer waits here instead, where it is bounded. */
const SOCKET_BYTES = 1 << 20
const DRAIN_MS = 50

/** How the connection is. `closed` is the end; with an error when it was not asked for. */
export type ConnectionState =
  | { readonly type: 'connecting' }
  | { readonly type: 'open'; readonly resumed: boolean; readonly model: WelcomeMessage['model'] }
  /** Sound is kept meanwhile. */
  | { readonly type: 'reconnecting'; readonly attempt: number }
  | { readonly type: 'closed'; readonly error?: SpeechError }

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
  #socket: WebSocketLike | undefined
  #welcome: WelcomeMessage | undefined
  #ready = false
  #nextEvent = 0
  #recognition: { language?: LanguageChoice; withItn?: boolean }
  #attempt = 0
  #lostAtMs = 0
  #lastHeardMs = 0
  #pingSentMs: number | undefined
  #pingId = 0
  #roundTripMs: number | undefined
  #timers = new Set<Timer>()
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
    const { language, withItn } = options
    this.#recognition = {
      ...(language === undefined ? {} : { language }),
      ...(withItn === undefined ? {} : { withItn }),
    }
  }

  /** From a ping to its answer, in ms; undefined before there was one. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs
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
    this.#opened ??= deferred()
    if (this.#socket === undefined && !this.#closed) {
      this.#tell({ type: 'connecting' })
      this.#connect()
    }
    return this.#opened.promise
  }

  /**
   * Takes sound: mono in [-1, 1] at the stream's rate. Never waits. Sound beyond what is kept is dropped and told as an `overrun`, and replaced
   * by silence, so that every position after it stays true.
   */
  send(samples: Float32Array): void {
    if (this.#closed) throw new SpeechError('closed', 'the connection was closed')
    this.#sound.add(samples)
    this.#drain()
  }

  /** Takes effect with the next recognition. */
  configure(changes: { language?: LanguageChoice; withItn?: boolean }): void {
    this.#recognition = { ...this.#recognition, ...changes }
    if (this.#ready) this.#say({ type: 'configure', ...changes })
  }

  /**
   * The sound ends here; resolves when everything was answered.
   *
   * @returns samples that the server took, at 16 kHz
   * @throws SpeechError why it cannot be answered any more
   */
  finish(): Promise<number> {
    if (this.#closed) return Promise.reject(new SpeechError('closed', 'the connection was closed'))
    this.#finished ??= deferred()
    this.#drain()
    return this.#finished.promise
  }

  /** Ends the session at once; what was not answered is not any more. */
  close(): void {
    if (this.#ready) this.#say({ type: 'bye' })
    this.#end()
  }

  #connect(): void {
    const socket = new this.#options.WebSocket(this.#options.url)
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    const current = () => this.#socket === socket
    socket.addEventListener('open', () => {
      if (current()) this.#hello()
    })
    socket.addEventListener('message', ({ data }) => {
      if (current() && typeof data === 'string') this.#hear(data)
    })
    // What went wrong is told to nobody by the standard; `close` follows.
    socket.addEventListener('error', () => {})
    socket.addEventListener('close', ({ code, reason }) => {
      if (current()) this.#cut(code, reason)
    })
    this.#lastHeardMs = Date.now()
    this.#pingSentMs = undefined
    this.#watch(socket)
  }

  #hello(): void {
    const { sampleRate, partials } = this.#options
    const session = this.#welcome?.session
    this.#say({
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
    this.#lastHeardMs = Date.now()
    let message: ServerMessage
    try {
      message = readServerMessage(text)
    } catch (error) {
      this.#fail(error as SpeechError)
      return
    }
    switch (message.type) {
      case 'welcome':
        this.#greeted(message)
        break
      case 'event':
        if (this.#isNew(message.number)) this.#options.onEvent(deserializeEvent(message.event))
        break
      case 'finished':
        if (this.#isNew(message.number)) {
          this.#finished?.resolve(message.samples)
          this.close()
        }
        break
      case 'ack':
        this.#frames.acknowledge(message.nextSequence)
        this.#say({ type: 'ack', nextEvent: this.#nextEvent })
        this.#drain()
        break
      case 'pong':
        if (message.id === this.#pingId && this.#pingSentMs !== undefined) {
          this.#roundTripMs = Date.now() - this.#pingSentMs
          this.#pingSentMs = undefined
        }
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
    this.#attempt = 0
    this.#opened?.resolve(welcome)
    this.#tell({ type: 'open', resumed: welcome.resumed, model: welcome.model })
    this.#ping()
    this.#drain()
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
    const socket = this.#socket
    if (!this.#ready || socket?.readyState !== OPEN) return
    while (socket.bufferedAmount < SOCKET_BYTES) {
      const frame = this.#frames.next()
      if (frame === undefined) {
        // Asked again after every reconnection: the server answers once.
        if (this.#finished !== undefined) this.#say({ type: 'finish' })
        return
      }
      socket.send(frame.bytes)
    }
    this.#after(DRAIN_MS, () => this.#drain())
  }

  #watch(socket: WebSocketLike): void {
    this.#after(SILENCE_MS / 2, () => {
      if (this.#socket !== socket) return
      const silentMs = Date.now() - this.#lastHeardMs
      if (silentMs > 2 * SILENCE_MS) {
        this.#socket = undefined
        socket.close()
        this.#cut(1006, 'nothing was heard of the server')
        return
      }
      if (this.#ready && silentMs > SILENCE_MS) this.#ping()
      this.#watch(socket)
    })
  }

  #ping(): void {
    if (this.#pingSentMs !== undefined) return
    this.#pingSentMs = Date.now()
    this.#pingId += 1
    this.#say({ type: 'ping', id: this.#pingId })
  }

  #cut(code: number, reason: string): void {
    this.#socket = undefined
    this.#ready = false
    const why = reason === '' ? `code ${code}` : reason
    if (this.#welcome === undefined || [1008, 1009, 4000].includes(code)) {
      this.#fail(
        new SpeechError(
          'network',
          `the connection to ${hostOf(this.#options.url)} was not made or was refused (${why})`,
          {
            hint: 'Check the address, the token, and that the server is running.',
            retryable: code !== 1008,
          },
        ),
      )
      return
    }
    if (this.#attempt === 0) this.#lostAtMs = Date.now()
    if (Date.now() - this.#lostAtMs > this.#welcome.resumeMs) {
      this.#fail(
        new SpeechError('network', `the server could not be reached again (${why})`, { retryable: true }),
      )
      return
    }
    this.#attempt += 1
    this.#tell({ type: 'reconnecting', attempt: this.#attempt })
    const delayMs = Math.min(MOST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#attempt - 1))
    // Many clients of one server that went away are not to come back at once.
    this.#after(delayMs * (0.5 + Math.random() / 2), () => this.#reconnect())
  }

  #reconnect(): void {
    if (this.#closed || this.#socket !== undefined) return
    this.#connect()
  }

  #say(message: object): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(message))
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
    for (const timer of this.#timers) clearTimeout(timer)
    const socket = this.#socket
    this.#socket = undefined
    socket?.close(1000)
    const closed = error ?? new SpeechError('closed', 'the connection was closed')
    this.#opened?.reject(closed)
    this.#finished?.reject(closed)
    this.#tell({ type: 'closed', ...(error === undefined ? {} : { error }) })
  }

  #tell(state: ConnectionState): void {
    this.#options.onConnection?.(state)
  }

  #after(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      if (!this.#closed) work()
    }, ms)
    this.#timers.add(timer)
  }
}
