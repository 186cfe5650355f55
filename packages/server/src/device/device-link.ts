import { setTimeout as wait } from 'node:timers/promises'
import { SpeechError } from '@sensevoice-web/engine'
import { type ClientOptions, WebSocket } from 'ws'
import type { DeviceOptions } from './device-options.ts'
import type { Say } from './firmware-rules.ts'
import { firmwareConnect } from './firmware-socket.ts'

/** How long a server may take to let a device in. */
const CONNECT_MS = 10_000

/** How a device's socket is made: with its limits, and without compression. */
export function socketOptions({ url }: Pick<DeviceOptions, 'url'>, say: Say): ClientOptions {
  // The type asks for TCP's own class; `ws` and Node's HTTP client take any duplex stream.
  const createConnection = firmwareConnect(url.startsWith('wss:'), say) as unknown as NonNullable<
    ClientOptions['createConnection']
  >
  return { createConnection, perMessageDeflate: false, handshakeTimeout: CONNECT_MS }
}

/** Replies are read so much late, one after the other. */
export function readLate(socket: WebSocket, slowMs: number): void {
  if (slowMs === 0) return
  socket.on('message', () => {
    socket.pause()
    setTimeout(() => socket.resume(), slowMs)
  })
}

export function addressOf({ url, token }: Pick<DeviceOptions, 'url' | 'token'>): string {
  if (token === undefined) return url
  return `${url}${url.includes('?') ? '&' : '?'}token=${encodeURIComponent(token)}`
}

/** One connection of a device: every text is told and heard, of sound that it comes, and no wait outlasts the connection. */
export class DeviceLink {
  readonly #socket: WebSocket
  readonly #checks = new Set<() => void>()
  #ended: SpeechError | undefined

  private constructor(socket: WebSocket, { slowMs }: DeviceOptions, hear: (text: string) => void, say: Say) {
    this.#socket = socket
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (binary) {
        say(JSON.stringify({ type: 'sound', bytes: data.length }))
        return
      }
      const text = String(data)
      say(text)
      try {
        hear(text)
      } catch (cause) {
        this.#end(new SpeechError('network', 'the server said what is no message', { cause }))
      }
      this.#check()
    })
    socket.on('close', (code, reason) => {
      const why = reason.length === 0 ? '' : `: ${reason}`
      this.#end(new SpeechError('network', `the server closed the connection with ${code}${why}`))
    })
    readLate(socket, slowMs)
  }

  /**
   * @param hear a text of the server; what it throws ends the connection
   * @throws SpeechError `network` when there is no server, or it does not let this device in
   */
  static open(
    options: DeviceOptions,
    headers: Record<string, string>,
    hear: (text: string) => void,
    say: Say,
  ): Promise<DeviceLink> {
    const { promise, resolve, reject } = withResolvers<DeviceLink>()
    const socket = new WebSocket(addressOf(options), { ...socketOptions(options, say), headers })
    socket.once('open', () => resolve(new DeviceLink(socket, options, hear, say)))
    socket.once('unexpected-response', (_request, { statusCode }) => {
      reject(
        new SpeechError('network', `the server refuses this device with ${statusCode}`, {
          hint: 'Look at --url and --token.',
        }),
      )
      socket.terminate()
    })
    socket.on('error', (cause) => {
      const hint = 'Start one: sensevoice serve'
      const none = new SpeechError('network', `there is no server at ${options.url}`, { hint, cause })
      reject(cause instanceof SpeechError ? cause : none)
    })
    return promise
  }

  /** @throws SpeechError `network` when the connection has ended */
  send(data: string | Uint8Array): void {
    if (this.#ended !== undefined) throw this.#ended
    this.#socket.send(data)
  }

  /**
   * Resolves when `done()`, which is asked after every text.
   *
   * @throws SpeechError `network` when the connection ends before, or `limitMs` are over
   */
  async until(done: () => boolean, limitMs: number): Promise<void> {
    const { promise, resolve, reject } = withResolvers<void>()
    const check = () => {
      if (done()) resolve()
      else if (this.#ended !== undefined) reject(this.#ended)
    }
    const limit = new AbortController()
    this.#checks.add(check)
    check()
    const late = wait(limitMs, undefined, { signal: limit.signal }).then(
      () => reject(new SpeechError('network', `the server has not answered within ${limitMs / 1000} s`)),
      () => {},
    )
    try {
      await promise
    } finally {
      this.#checks.delete(check)
      limit.abort()
      await late
    }
  }

  /** As a lost network ends it: without a word. */
  cut(): void {
    this.#socket.terminate()
  }

  close(): void {
    this.#socket.close(1000)
  }

  #end(error: SpeechError): void {
    this.#ended ??= error
    this.#check()
  }

  #check(): void {
    for (const check of [...this.#checks]) check()
  }
}

function withResolvers<Value>() {
  let [resolve, reject]: [(value: Value) => void, (error: SpeechError) => void] = [() => {}, () => {}]
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
