import { SpeechError, serializeSpeechError } from '@sensevoice-web/engine'
import {
  DEFAULT_MESSAGE_BYTES,
  type HelloMessage,
  REPLY_SAMPLE_RATE,
  readClientMessage,
  readFrame,
  type StreamChanges,
  type WelcomeMessage,
} from '@sensevoice-web/protocol'
import { createSoundDecoder } from '../session/sound-decoder.ts'
import { StreamSession } from '../session/stream-session.ts'
import type { ConnectionParts, DialectHandler } from './dialect.ts'

/** Small frames are acknowledged together, large ones at once: at least every 500 ms of sound. */
const ACK_FRAMES = 5
const LARGE_FRAME_BYTES = 3200

export interface StreamClientLink {
  readonly device: string
  say(message: string | Uint8Array): void
  /** Ends this connection. */
  close(code: number, reason: string): void
}

/** Which connection a session speaks to now: a second one takes it over. */
const links = new WeakMap<StreamSession, StreamClientLink>()

/** The stream protocol: docs/protocol.md, b. */
export class StreamDialect implements DialectHandler {
  readonly #parts: ConnectionParts
  readonly #link: StreamClientLink
  #session: StreamSession | undefined
  #unacknowledged = 0
  #gap = false

  constructor(parts: ConnectionParts, link: StreamClientLink) {
    this.#parts = parts
    this.#link = link
  }

  get unheardMs(): number {
    return this.#session?.unheardMs ?? 0
  }

  get isReplying(): boolean {
    return this.#session?.isReplying ?? false
  }

  async text(text: string): Promise<void> {
    const message = readClientMessage(text)
    if (message.type === 'hello') return await this.#hello(message)
    if (message.type === 'ping') return this.#say({ type: 'pong', id: message.id })
    const session = this.#open()
    switch (message.type) {
      case 'configure': {
        const { type: _type, ...changes } = message
        session.configure(changes)
        break
      }
      case 'end-segment':
        session.endSegment()
        break
      case 'interrupt':
        session.interrupt()
        break
      case 'ack':
        session.acknowledge(message.nextEvent)
        break
      case 'finish':
        this.#acknowledge()
        session.finish()
        break
      case 'bye':
        this.#session = undefined
        await this.#parts.sessions.end(session)
        this.#link.close(1000, 'bye')
        break
    }
  }

  async binary(bytes: Uint8Array): Promise<void> {
    const session = this.#open()
    const { sequence, payload } = readFrame(bytes)
    if (!session.take(sequence, payload)) {
      // One answer for a gap, not one for each frame behind it.
      if (!this.#gap) this.#missing(session.nextSequence)
      this.#gap = true
      return
    }
    this.#gap = false
    this.#unacknowledged += 1
    if (this.#unacknowledged >= ACK_FRAMES || payload.length >= LARGE_FRAME_BYTES) this.#acknowledge()
    // What cannot be heard in time is not read from the socket: the sender's own buffers fill, and it notices.
    if (session.unheardMs > this.#parts.unheardMs) await session.heard()
  }

  /** A session outlives its connection: what it is about to hear is told over the next one. */
  abandon(): void {}

  async gone(): Promise<void> {
    const session = this.#session
    if (session === undefined || links.get(session) !== this.#link) return
    session.detach()
    this.#parts.sessions.leave(session)
  }

  async drain(): Promise<void> {
    this.#acknowledge()
    await this.#session?.settle()
  }

  async #hello(hello: HelloMessage): Promise<void> {
    if (this.#session !== undefined) {
      throw new SpeechError('invalid-argument', 'there was a hello on this connection already')
    }
    const { sessions, backend, replies, messageBytes, unheardMs } = this.#parts
    const mostBytes = hello.maxMessageBytes ?? DEFAULT_MESSAGE_BYTES
    const found = hello.resume && sessions.find(hello.resume.session, this.#link.device)
    const session = found ?? (await this.#begin(hello, mostBytes))
    this.#session = session
    if (found !== undefined) {
      links.get(found)?.close(4000, 'the session goes on over another connection')
      // What the client changed while it was cut off.
      found.configure(changesOf(hello))
    }
    links.set(session, this.#link)
    const welcome: WelcomeMessage = {
      type: 'welcome',
      version: 1,
      session: session.id,
      resumed: found !== undefined,
      nextSequence: session.nextSequence,
      resumeMs: sessions.resumeMs,
      model: backend.model,
      limits: { messageBytes, unheardMs },
      ...(replies === undefined ? {} : { reply: { sampleRate: REPLY_SAMPLE_RATE } }),
    }
    this.#say(fittingWelcome(welcome, mostBytes))
    session.attach((message) => this.#link.say(message), hello.resume?.nextEvent ?? 0, mostBytes)
  }

  async #begin(hello: HelloMessage, mostBytes: number): Promise<StreamSession> {
    const { backend, sessions, replies, takeProbe, onEvent, onError, onSound } = this.#parts
    const { device } = this.#link
    const session = new StreamSession(hello, mostBytes, {
      device,
      backend,
      replies,
      probe: await takeProbe(),
      decoder: await createSoundDecoder(hello.audio),
      onEvent: (event) => onEvent(device, event),
      onError,
      onSound: (durationMs) => onSound(device, durationMs),
    })
    sessions.add(session)
    return session
  }

  #open(): StreamSession {
    if (this.#session !== undefined) return this.#session
    throw new SpeechError('invalid-argument', 'a hello comes first')
  }

  #acknowledge(): void {
    if (this.#session === undefined || this.#unacknowledged === 0) return
    this.#unacknowledged = 0
    this.#say({ type: 'ack', nextSequence: this.#session.nextSequence })
  }

  #missing(nextSequence: number): void {
    const error = new SpeechError('invalid-argument', `frame ${nextSequence} is missing`, { retryable: true })
    this.#say({ type: 'error', error: plain(error), nextSequence })
  }

  #say(message: object): void {
    this.#link.say(JSON.stringify(message))
  }
}

/** A client of small messages is told the model's name alone: a licence may be longer than all it can take. */
function fittingWelcome(welcome: WelcomeMessage, mostBytes: number): WelcomeMessage {
  if (Buffer.byteLength(JSON.stringify(welcome)) <= mostBytes) return welcome
  const { name, version } = welcome.model
  return { ...welcome, model: { name, version } }
}

function changesOf({ language, withItn, segmentation }: HelloMessage): StreamChanges {
  return {
    ...(language === undefined ? {} : { language }),
    ...(withItn === undefined ? {} : { withItn }),
    ...(segmentation === undefined || segmentation === 'whole' ? {} : { segmentation }),
  }
}

/** An error of one message, in the form of the stream protocol. */
export function writeStreamError(error: SpeechError, retryAfterMs?: number): string {
  const more = retryAfterMs === undefined ? {} : { retryAfterMs }
  return JSON.stringify({ type: 'error', error: plain(error), ...more })
}

function plain(error: SpeechError) {
  const { stack: _stack, cause: _cause, ...rest } = serializeSpeechError(error)
  return rest
}
