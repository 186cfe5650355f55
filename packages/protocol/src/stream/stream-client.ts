import { deserializeSpeechError, SpeechError, type SpeechEvent, toSpeechError } from '@sensevoice-web/engine'
import { checkUrl } from './address.ts'
import { type HelloMessage, STREAM_VERSION, type StreamChanges } from './client-messages.ts'
import { type Deferred, deferred } from './deferred.ts'
import { deserializeEvent } from './event-message.ts'
import type { KeptFrames } from './kept-frames.ts'
import { KeptSound } from './kept-sound.ts'
import { LastingLink } from './lasting-link.ts'
import { readReplyFrame } from './reply-frame.ts'
import { deserializeReply } from './reply-message.ts'
import { ReplyReceiver } from './reply-receiver.ts'
import {
  type EventMessage,
  readServerMessage,
  type ServerMessage,
  type WelcomeMessage,
} from './server-messages.ts'
import { SoundSender } from './sound-sender.ts'
import type { ConnectionState, StreamClientOptions } from './stream-client-options.ts'
import { changedWishes, type StreamWishes, wishesOf } from './stream-wishes.ts'
import { WaitingRoom } from './waiting-room.ts'

/** Events that the server may keep for this client before it hears that they have arrived, also while no sound goes to it. */
const EVENTS_A_ACK = 50

/**
 * Client of the stream protocol. Sound is numbered and kept until the server has taken it; after a cut the session goes on where it was.
 */
export class StreamClient {
  readonly #options: StreamClientOptions
  readonly #sound: KeptSound
  readonly #frames: KeptFrames
  readonly #links: LastingLink
  readonly #sender: SoundSender
  readonly #replies: ReplyReceiver
  #welcome: WelcomeMessage | undefined
  #ready = false
  #nextEvent = 0
  /** As it would have to be said now; a resumed session is told it too, since changes may have been made meanwhile. */
  #wishes: StreamWishes
  readonly #room = new WaitingRoom()
  #opened: Deferred<WelcomeMessage> | undefined
  #finished: Deferred<number> | undefined
  #closed = false

  /** @throws SpeechError `invalid-argument` for an address that is none, `sample-rate-unsupported` */
  constructor(options: StreamClientOptions) {
    checkUrl(options.url)
    this.#options = options
    this.#sound = new KeptSound(options.sampleRate, options.onEvent)
    this.#frames = this.#sound.frames
    this.#links = new LastingLink(options.WebSocket, options.url, {
      opened: () => this.#hello(),
      text: (text) => this.#hear(text),
      binary: (bytes) => this.#hearSound(bytes),
      cut: (attempt) => this.#cut(attempt),
      failed: (error) => this.#end(error),
    })
    this.#sender = new SoundSender(this.#frames, () => (this.#ready ? this.#links.link : undefined))
    this.#replies = new ReplyReceiver((reply) => options.onReply?.(reply))
    this.#wishes = wishesOf(options)
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
    this.#sender.drain()
  }

  /** Resolves when at most `mostMs` of sound wait to be taken by the server, or nothing is taken any more: how a fast sender is held back. */
  drained(mostMs: number): Promise<void> {
    if (this.#closed || this.unacknowledgedMs <= mostMs) return Promise.resolve()
    return this.#room.until(mostMs)
  }

  /** Takes effect with the next recognition, changes of the segmentation with the next window of sound. */
  configure(changes: StreamChanges): void {
    this.#wishes = changedWishes(this.#wishes, changes)
    if (this.#ready) this.#links.link?.say({ type: 'configure', ...changes })
  }

  /** What is being said ends with the sound so far, as at a pause. */
  endSegment(): void {
    this.#sender.endSegment()
  }

  /** Silences the reply that runs, if one does: `cancelled` follows. A client that is cut off now has to ask again. */
  interrupt(): void {
    if (this.#ready) this.#links.link?.say({ type: 'interrupt' })
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
      this.#sender.finish()
    }
    return this.#finished.promise
  }

  /** Ends the session at once; what was not answered is not any more. */
  close(): void {
    if (this.#ready) this.#links.link?.say({ type: 'bye' })
    this.#end()
  }

  #hello(): void {
    this.#sender.begin()
    const session = this.#welcome?.session
    const hello: HelloMessage = {
      type: 'hello',
      protocol: 'sensevoice',
      version: STREAM_VERSION,
      ...this.#wishes,
      ...(session === undefined ? {} : { resume: { session, nextEvent: this.#nextEvent } }),
    }
    this.#links.link?.say(hello)
  }

  #hear(text: string): void {
    let message: ServerMessage
    try {
      message = readServerMessage(text)
    } catch (error) {
      this.#end(toSpeechError(error, 'network'))
      return
    }
    switch (message.type) {
      case 'welcome':
        this.#greeted(message)
        break
      case 'event':
        this.#event(message)
        break
      case 'reply':
        if (this.#isNew(message.number)) this.#replies.event(message.turn, deserializeReply(message.event))
        break
      case 'finished':
        if (this.#isNew(message.number)) this.#over(message.samples)
        break
      case 'ack':
        this.#frames.acknowledge(message.nextSequence)
        this.#acknowledge()
        this.#sender.drain()
        this.#room.update(this.unacknowledgedMs)
        break
      case 'pong':
        this.#links.link?.pong(message.id)
        break
      case 'error':
        if (message.nextSequence !== undefined && this.#frames.rewind(message.nextSequence))
          this.#sender.drain()
        else this.#end(deserializeSpeechError(message.error))
        break
    }
  }

  #hearSound(bytes: Uint8Array): void {
    try {
      this.#replies.sound(readReplyFrame(bytes))
    } catch (error) {
      this.#end(toSpeechError(error, 'network'))
    }
  }

  #greeted(welcome: WelcomeMessage): void {
    const again = this.#welcome !== undefined
    if (again && !welcome.resumed) {
      this.#end(
        new SpeechError(
          'network',
          'the server has lost the session: sound that was on its way is not answered',
          { hint: 'Begin a new one.', retryable: true },
        ),
      )
      return
    }
    if (!this.#frames.rewind(welcome.nextSequence)) {
      this.#end(
        new SpeechError('network', 'the server asks for sound that it had taken before', { retryable: true }),
      )
      return
    }
    this.#welcome = welcome
    this.#ready = true
    this.#links.answered(welcome.resumeMs)
    this.#opened?.resolve(welcome)
    const { resumed, model } = welcome
    this.#tell({ type: 'open', resumed, model, canReply: welcome.reply !== undefined })
    this.#links.link?.ping()
    this.#sender.drain()
  }

  #event({ number, event, retryAfterMs }: EventMessage): void {
    if (!this.#isNew(number)) return
    if (retryAfterMs !== undefined) this.#sender.hold(retryAfterMs)
    let heard: SpeechEvent
    try {
      heard = deserializeEvent(event)
    } catch (error) {
      this.#end(toSpeechError(error, 'network'))
      return
    }
    this.#options.onEvent(heard)
  }

  /** Events come again after a cut; each counts once, and none is left out. */
  #isNew(number: number): boolean {
    if (number < this.#nextEvent) return false
    if (number > this.#nextEvent) {
      this.#end(
        new SpeechError('network', `the server left out event ${this.#nextEvent}`, { retryable: true }),
      )
      return false
    }
    this.#nextEvent += 1
    if (this.#nextEvent % EVENTS_A_ACK === 0) this.#acknowledge()
    return true
  }

  #over(samples: number): void {
    if (this.#finished === undefined) {
      this.#end(
        new SpeechError('network', 'the server has ended the session, which it was not asked to', {
          hint: 'Begin a new one.',
          retryable: true,
        }),
      )
      return
    }
    this.#finished.resolve(samples)
    this.close()
  }

  #acknowledge(): void {
    this.#links.link?.say({ type: 'ack', nextEvent: this.#nextEvent })
  }

  #cut(attempt: number): void {
    this.#ready = false
    this.#tell({ type: 'reconnecting', attempt })
  }

  #end(error?: SpeechError): void {
    if (this.#closed) return
    this.#closed = true
    this.#ready = false
    this.#sender.stop()
    this.#links.leave()
    const closed = error ?? new SpeechError('closed', 'the connection was closed')
    this.#opened?.reject(closed)
    this.#finished?.reject(closed)
    this.#room.update(0)
    this.#replies.end()
    this.#tell({ type: 'closed', lostMs: this.unacknowledgedMs, ...(error === undefined ? {} : { error }) })
  }

  #tell(state: ConnectionState): void {
    this.#options.onConnection?.(state)
  }
}
