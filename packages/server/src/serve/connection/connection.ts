import { performance } from 'node:perf_hooks'
import { SpeechError, toSpeechError } from '@sensevoice-web/engine'
import { dialectOf, writeDeviceError } from '@sensevoice-web/protocol'
import type { WebSocket } from 'ws'
import type { Admitted } from '../admission.ts'
import { BekenDialect } from './beken-dialect.ts'
import { DeviceDialect } from './device-dialect.ts'
import type { ConnectionParts, DialectHandler } from './dialect.ts'
import { retryAfterMs } from './lost-speech.ts'
import { Outbox } from './outbox.ts'
import { StreamDialect, writeStreamError } from './stream-dialect.ts'
import { XiaozhiDialect } from './xiaozhi-dialect.ts'

/** Messages taken and not done with; then the socket is not read any more. Their bytes have a bound too: as many as one of them may have. */
const MOST_WAITING = 16

type Dialect =
  | { readonly type: 'unknown' }
  | { readonly type: 'device' | 'stream' | 'xiaozhi' | 'beken'; readonly handler: DialectHandler }

/** One socket from its first message to its end: messages are worked on one after another, and each fault is answered. */
export class Connection {
  readonly device: string
  readonly #socket: WebSocket
  readonly #parts: ConnectionParts
  readonly #outbox: Outbox
  readonly #version: number
  readonly #sampleRate: number
  #dialect: Dialect = { type: 'unknown' }
  #waiting = 0
  #waitingBytes = 0
  #last: Promise<void> = Promise.resolve()
  #gone = false
  #draining = false
  /** Whatever is said now is not heard any more. */
  #over = false

  constructor(
    socket: WebSocket,
    { device, version, sampleRate }: Pick<Admitted, 'device' | 'version' | 'sampleRate'>,
    parts: ConnectionParts & { onSlow(): void },
  ) {
    this.#socket = socket
    this.#version = version
    this.#sampleRate = sampleRate
    this.device = device
    this.#parts = parts
    this.#outbox = new Outbox(socket, () => parts.onSlow())
    socket.on('message', (data: Buffer, binary: boolean) => this.#receive(data, binary))
    // A protocol fault ends the socket by itself; it is no fault of the process.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#gone = true
      this.#abandon()
      void this.#last.then(() => this.#handler?.gone())
    })
  }

  /** Whether an answer is being made or played now: its client is not idle. */
  get isReplying(): boolean {
    return this.#handler?.isReplying ?? false
  }

  get dialect(): Dialect['type'] {
    return this.#dialect.type
  }

  /** What was taken from the socket and not worked on yet. */
  get backlog(): { readonly messages: number; readonly soundMs: number } {
    return { messages: this.#waiting, soundMs: this.#handler?.unheardMs ?? 0 }
  }

  close(code: number, reason: string): void {
    this.#abandon()
    this.#socket.close(code, reason)
    // Whoever does not answer the closing handshake is not waited for.
    setTimeout(() => this.#socket.terminate(), 1000).unref()
  }

  /** Answers what was begun, then says that the server goes away. */
  async drain(): Promise<void> {
    this.#draining = true
    this.#socket.pause()
    await this.#last
    await this.#handler?.drain()
    this.#socket.resume()
    this.close(1001, 'the server is going away')
  }

  /** At once, not behind the message that is being worked on: what it waits for is what nobody needs any more. */
  #abandon(): void {
    this.#over = true
    this.#handler?.abandon()
  }

  get #handler(): DialectHandler | undefined {
    return this.#dialect.type === 'unknown' ? undefined : this.#dialect.handler
  }

  get #isFull(): boolean {
    return this.#waiting >= MOST_WAITING || this.#waitingBytes > this.#parts.messageBytes
  }

  #receive(data: Buffer, binary: boolean): void {
    // Nobody would answer it any more; what is not acknowledged its client still has.
    if (this.#draining) return
    const arrivedMs = performance.now()
    this.#waiting += 1
    this.#waitingBytes += data.length
    if (this.#isFull) this.#socket.pause()
    this.#last = this.#last.then(async () => {
      await this.#work(data, binary, arrivedMs)
      this.#waiting -= 1
      this.#waitingBytes -= data.length
      if (this.#draining || this.#gone) return
      if (!this.#isFull && this.#socket.isPaused) this.#socket.resume()
    })
  }

  async #work(data: Buffer, binary: boolean, arrivedMs: number): Promise<void> {
    if (this.#over) return
    try {
      if (binary) await this.#speaking().binary(data)
      else await this.#text(data.toString('utf8'), arrivedMs)
    } catch (error) {
      if (this.#over) return
      const failed = toSpeechError(error, 'inference-failed')
      this.#parts.onError(failed)
      this.#outbox.say(this.#write(failed))
    }
  }

  async #text(text: string, arrivedMs: number): Promise<void> {
    if (this.#dialect.type === 'unknown') this.#dialect = this.#begin(text)
    await this.#speaking().text(text, arrivedMs)
  }

  #begin(text: string): Dialect {
    const type = dialectOf(text)
    const say = (message: string | Uint8Array) => this.#outbox.say(message)
    const { device } = this
    if (type === 'device') return { type, handler: new DeviceDialect(this.#parts, device, say) }
    if (type === 'xiaozhi') {
      return { type, handler: new XiaozhiDialect(this.#parts, device, this.#version, say) }
    }
    if (type === 'beken') {
      return { type, handler: new BekenDialect(this.#parts, device, this.#sampleRate, say) }
    }
    const close = (code: number, reason: string) => this.close(code, reason)
    return { type, handler: new StreamDialect(this.#parts, { device, say, close }) }
  }

  #speaking(): DialectHandler {
    if (this.#handler !== undefined) return this.#handler
    throw new SpeechError('invalid-argument', 'the first message has to be text')
  }

  #write(error: SpeechError): string {
    const write = this.#dialect.type === 'stream' ? writeStreamError : writeDeviceError
    return write(error, retryAfterMs(error))
  }
}
