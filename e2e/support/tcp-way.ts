import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a server that can be cut and closed. */
export class TcpWay {
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  #port = 0
  connections = 0

  constructor(target: number) {
    this.#server = createServer((client) => {
      this.connections += 1
      const server = connect(target, '127.0.0.1')
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        this.#sockets.add(from)
        from.pipe(to)
        from.on('error', () => to.destroy())
        from.on('close', () => {
          this.#sockets.delete(from)
          to.destroy()
        })
      }
    })
  }

  async open(): Promise<string> {
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
    return `ws://127.0.0.1:${this.#port}/ws/page`
  }

  /** Every connection ends; new ones are let in. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Every connection ends, and nobody is let in until `open`. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.cut()
    await closed
  }
}
