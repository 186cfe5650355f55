import { isIP, connect as openTcp, type Socket, type TcpNetConnectOpts } from 'node:net'
import { Duplex } from 'node:stream'
import { type ConnectionOptions, connect as openTls } from 'node:tls'
import { FirmwareRules, type Say } from './firmware-rules.ts'

/** A TCP or TLS connection of which only that is heard which the firmware would hear. */
class FirmwareSocket extends Duplex {
  readonly #socket: Socket

  constructor(socket: Socket, rules: FirmwareRules) {
    super({ allowHalfOpen: false })
    this.#socket = socket
    let ended = false
    const end = () => {
      if (!ended) this.push(null)
      ended = true
    }
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const part of rules.take(chunk)) if (!this.push(part)) socket.pause()
      } catch (error) {
        this.destroy(error instanceof Error ? error : new Error(String(error)))
      }
    })
    socket.on('end', end)
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', end)
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done())
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }
}

/** For Node's HTTP client: how it connects, with a BK7258's limits. */
export function firmwareConnect(secure: boolean, say: Say) {
  return (options: TcpNetConnectOpts & ConnectionOptions): Duplex => {
    const { host, port } = options
    const socket = secure
      ? openTls({ ...options, path: undefined, servername: isIP(host ?? '') ? '' : host })
      : openTcp({ port, ...(host === undefined ? {} : { host }) })
    return new FirmwareSocket(socket, new FirmwareRules(say))
  }
}
