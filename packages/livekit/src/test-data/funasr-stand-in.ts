import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

/** What a FunASR server was sent over one connection. */
export interface FunasrSession {
  readonly begin: Record<string, unknown>
  /** Samples of 16-bit sound. */
  readonly samples: number
  readonly messageBytes: readonly number[]
}

/** What it answers: messages one after another, `close` for a cut, or nothing at all. */
export type FunasrReply = Record<string, unknown> | 'close'

/** Stands in for a FunASR runtime server: its WebSocket protocol over a real socket, with answers from a script. */
export class FunasrStandIn {
  readonly sessions: FunasrSession[] = []
  readonly #server: WebSocketServer

  private constructor(server: WebSocketServer, script: (session: FunasrSession) => readonly FunasrReply[]) {
    this.#server = server
    server.on('connection', (socket) => {
      let begin: Record<string, unknown> = {}
      const messageBytes: number[] = []
      socket.on('message', (data, binary) => {
        if (binary) {
          messageBytes.push((data as Buffer).length)
          return
        }
        const message = JSON.parse(String(data)) as Record<string, unknown>
        if (message['is_speaking'] !== false) {
          begin = message
          return
        }
        const bytes = messageBytes.reduce((sum, one) => sum + one, 0)
        const session = { begin, samples: bytes / 2, messageBytes }
        this.sessions.push(session)
        for (const reply of script(session)) {
          if (reply === 'close') socket.close()
          else socket.send(JSON.stringify(reply))
        }
      })
    })
  }

  static async start(script: (session: FunasrSession) => readonly FunasrReply[]): Promise<FunasrStandIn> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'binary' })
    await new Promise((resolve) => server.once('listening', resolve))
    return new FunasrStandIn(server, script)
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#server.clients.size
  }

  async stop(): Promise<void> {
    for (const client of this.#server.clients) client.terminate()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
