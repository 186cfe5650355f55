import { SpeechError, toSpeechError } from '@sensevoice-web/engine'
import { hostOf } from './address.ts'
import { Link } from './link.ts'
import { clearTimeout, setTimeout, type Timer } from './timers.ts'
import type { WebSocketClass } from './web-socket-like.ts'

const FIRST_DELAY_MS = 250
const MOST_DELAY_MS = 5_000
/** Why a server has ended a connection for good, and what helps; docs/protocol.md. */
const FINAL_CODES: ReadonlyMap<number, string> = new Map([
  [1008, 'A message came in too many pieces: send it in fewer.'],
  [1009, 'A message was too big for the server: send less at a time, or raise its limit.'],
  [4000, 'The same device or session has connected anew: give each client a device name of its own.'],
])

export interface LastingLinkHooks {
  /** There is a connection; nothing was said over it. */
  opened(): void
  text(text: string): void
  binary(bytes: Uint8Array): void
  /** The connection was cut and is made anew. */
  cut(attempt: number): void
  /** There will be none any more. */
  failed(error: SpeechError): void
}

/** Connections one after another, as long as the session behind them may still be there. */
export class LastingLink {
  readonly #WebSocket: WebSocketClass
  readonly #url: string
  readonly #hooks: LastingLinkHooks
  #link: Link | undefined
  #retry: Timer | undefined
  /** How long the server keeps the session; undefined before it has told. */
  #keptMs: number | undefined
  #attempt = 0
  #lostAtMs = 0

  constructor(WebSocket: WebSocketClass, url: string, hooks: LastingLinkHooks) {
    this.#WebSocket = WebSocket
    this.#url = url
    this.#hooks = hooks
  }

  /** The present connection, if there is one. */
  get link(): Link | undefined {
    return this.#link
  }

  connect(): void {
    this.#retry = undefined
    try {
      this.#link = new Link(this.#WebSocket, this.#url, {
        opened: () => this.#hooks.opened(),
        text: (text) => this.#hooks.text(text),
        binary: (bytes) => this.#hooks.binary(bytes),
        closed: (code, reason) => this.#cut(code, reason === '' ? `code ${code}` : reason),
      })
    } catch (cause) {
      const { message } = toSpeechError(cause, 'network')
      this.#hooks.failed(
        new SpeechError('network', `${hostOf(this.#url)} may not be asked from here: ${message}`, {
          cause,
          hint: 'A page of https: needs an address of wss:, and a policy that allows it (connect-src).',
        }),
      )
    }
  }

  /** The server has answered, and keeps the session for `keptMs` when the connection is cut. */
  answered(keptMs: number): void {
    this.#keptMs = keptMs
    this.#attempt = 0
  }

  /** Ends it, without a word to the hooks. */
  leave(): void {
    if (this.#retry !== undefined) clearTimeout(this.#retry)
    this.#link?.leave()
    this.#link = undefined
  }

  #cut(code: number, why: string): void {
    this.#link = undefined
    const final = FINAL_CODES.get(code)
    if (this.#keptMs === undefined || final !== undefined) {
      this.#hooks.failed(
        new SpeechError(
          'network',
          `the connection to ${hostOf(this.#url)} was ${final === undefined ? 'not made' : 'ended'} (${why})`,
          {
            // A refused token is one of these: browsers do not tell why a connection was not made.
            hint: final ?? 'Check the address, the token, and that the server is running.',
            retryable: code !== 1008,
          },
        ),
      )
      return
    }
    if (this.#attempt === 0) this.#lostAtMs = Date.now()
    if (Date.now() - this.#lostAtMs > this.#keptMs) {
      this.#hooks.failed(
        new SpeechError('network', `the server could not be reached again (${why})`, { retryable: true }),
      )
      return
    }
    this.#attempt += 1
    const delayMs = Math.min(MOST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#attempt - 1))
    // Many clients of one server that went away are not to come back at once.
    this.#retry = setTimeout(() => this.connect(), delayMs * (0.5 + Math.random() / 2))
    this.#hooks.cut(this.#attempt)
  }
}
