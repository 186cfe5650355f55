import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../packages/server/bin/sensevoice.js', import.meta.url))

/** `sensevoice serve` as users run it, in a process of its own, on loopback. */
export class RunningCompanion {
  readonly #process: ChildProcess
  /** `http://127.0.0.1:PORT` */
  readonly url: string

  private constructor(process: ChildProcess, url: string) {
    this.#process = process
    this.url = url
  }

  /** @throws Error with what the command said when it does not serve within 30 s */
  static async start(...argv: string[]): Promise<RunningCompanion> {
    const child = spawn(process.execPath, [BIN, 'serve', '--port', '0', ...argv])
    let said = ''
    child.stderr.on('data', (data) => {
      said += data
    })
    for (let wait = 0; wait < 600; wait += 1) {
      const url = /served at (\S+)/.exec(said)?.[1]
      if (url !== undefined) return new RunningCompanion(child, url)
      if (child.exitCode !== null) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    child.kill('SIGKILL')
    throw new Error(`sensevoice serve did not start: ${said}`)
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  /** kill -9. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await gone
  }
}

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
