import { clearTimeout, setTimeout, type Timer } from './timers.ts'
import { OPEN, type WebSocketClass, type WebSocketLike } from './web-socket-like.ts'

/** Nothing heard for this long: a ping; for twice as long: the connection is taken for dead. */
const SILENCE_MS = 7_500

/** What a link tells; nothing after `closed`, and nothing after `leave()`. */
export interface LinkHooks {
  opened(): void
  text(text: string): void
  binary(bytes: Uint8Array): void
  /** With the code of the standard; 1006 when there is none. */
  closed(code: number, reason: string): void
}

/** One connection, from the attempt to its end. It asks when nothing is heard, and ends when nothing is answered. */
export class Link {
  readonly #socket: WebSocketLike
  readonly #hooks: LinkHooks
  #timer: Timer
  #lastHeardMs = Date.now()
  #pingId = 0
  #pingSentMs: number | undefined
  #roundTripMs: number | undefined
  #left = false

  /** @throws what the platform throws for an address that a page may not use, e.g. `ws:` in a page of `https:` */
  constructor(WebSocket: WebSocketClass, url: string, hooks: LinkHooks) {
    this.#hooks = hooks
    this.#socket = new WebSocket(url)
    this.#socket.binaryType = 'arraybuffer'
    this.#socket.addEventListener('open', () => {
      if (!this.#left) hooks.opened()
    })
    this.#socket.addEventListener('message', ({ data }) => {
      if (this.#left) return
      this.#lastHeardMs = Date.now()
      if (typeof data === 'string') hooks.text(data)
      else if (data instanceof ArrayBuffer) hooks.binary(new Uint8Array(data))
    })
    // What went wrong is told to nobody by the standard; `close` follows.
    this.#socket.addEventListener('error', () => {})
    this.#socket.addEventListener('close', ({ code, reason }) => this.#end(code, reason))
    this.#timer = setTimeout(() => this.#watch(), SILENCE_MS / 2)
  }

  /** From a ping to its answer, in ms; undefined before there was one. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs
  }

  /** What the socket holds and has not sent yet. */
  get waitingBytes(): number {
    return this.#socket.bufferedAmount
  }

  get isOpen(): boolean {
    return !this.#left && this.#socket.readyState === OPEN
  }

  say(message: object): void {
    if (this.isOpen) this.#socket.send(JSON.stringify(message))
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.isOpen) this.#socket.send(bytes)
  }

  ping(): void {
    if (this.#pingSentMs !== undefined) return
    this.#pingSentMs = Date.now()
    this.#pingId += 1
    this.say({ type: 'ping', id: this.#pingId })
  }

  pong(id: number): void {
    if (id !== this.#pingId || this.#pingSentMs === undefined) return
    this.#roundTripMs = Date.now() - this.#pingSentMs
    this.#pingSentMs = undefined
  }

  /** Ends it without a word to the hooks. */
  leave(): void {
    if (this.#left) return
    this.#left = true
    clearTimeout(this.#timer)
    this.#socket.close(1000)
  }

  #watch(): void {
    const silentMs = Date.now() - this.#lastHeardMs
    if (silentMs > 2 * SILENCE_MS) {
      this.#end(1006, 'nothing was heard of the server')
      return
    }
    if (silentMs > SILENCE_MS) this.ping()
    this.#timer = setTimeout(() => this.#watch(), SILENCE_MS / 2)
  }

  #end(code: number, reason: string): void {
    if (this.#left) return
    this.leave()
    this.#hooks.closed(code, reason)
  }
}
