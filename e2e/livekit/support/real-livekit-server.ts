import { randomBytes } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { AccessToken, AgentDispatchClient, type VideoGrant } from 'livekit-server-sdk'
import { freeTcpPort, freeUdpPort } from './free-ports.ts'
import { TiedProcess } from './tied-process.ts'
import { LIVEKIT_SERVER } from './with-livekit.ts'

const READY_LIMIT_MS = 15_000
// A port that was free may be taken before the server has it.
const ATTEMPTS = 3

interface Ports {
  readonly http: number
  readonly rtcTcp: number
  readonly rtcUdp: number
}

/** A livekit-server of its own on loopback, with its own keys; rooms live in its memory only. */
export class RealLivekitServer {
  readonly apiKey = 'test'
  readonly apiSecret = randomBytes(32).toString('hex')
  readonly #ports: Ports
  #process: TiedProcess | undefined

  private constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Starts a server on free ports; resolves when it answers. */
  static async start(): Promise<RealLivekitServer> {
    for (let attempt = 1; ; attempt += 1) {
      const [http, rtcTcp] = await Promise.all([freeTcpPort(), freeTcpPort()])
      const server = new RealLivekitServer({ http, rtcTcp, rtcUdp: await freeUdpPort() })
      try {
        await server.#run()
        return server
      } catch (error) {
        await server.close()
        if (attempt === ATTEMPTS) throw error
      }
    }
  }

  /** Address for rooms and agents. */
  get url(): string {
    return `ws://127.0.0.1:${this.#ports.http}`
  }

  /** A token to join one room; `grants` are added to, or replace, what a speaker and listener needs. */
  async token(room: string, identity: string, grants: VideoGrant = {}): Promise<string> {
    const token = new AccessToken(this.apiKey, this.apiSecret, { identity, ttl: '10m' })
    token.addGrant({ roomJoin: true, room, ...grants })
    return token.toJwt()
  }

  /** Sends one more of the agents of a name to a room. */
  async sendAgent(room: string, name: string): Promise<void> {
    const http = this.url.replace('ws:', 'http:')
    await new AgentDispatchClient(http, this.apiKey, this.apiSecret).createDispatch(room, name)
  }

  /** The server is gone at once, as after a crash. */
  async kill(): Promise<void> {
    await this.#process?.kill()
    this.#process = undefined
  }

  /** Starts it again on the same ports with the same keys; its rooms are forgotten. */
  async restart(): Promise<void> {
    await this.kill()
    await this.#run()
  }

  async close(): Promise<void> {
    await this.kill()
  }

  async #run(): Promise<void> {
    const config = JSON.stringify(this.#config())
    this.#process = new TiedProcess('livekit-server', [LIVEKIT_SERVER], { LIVEKIT_CONFIG: config })
    await this.#process.until(() => this.#answers(), READY_LIMIT_MS)
  }

  async #answers(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(1000)
      return (await fetch(`http://127.0.0.1:${this.#ports.http}/`, { signal })).ok
    } catch {
      return false
    }
  }

  // JSON is YAML, the server's format. Everything stays on loopback: the development mode would offer the machine's own address.
  #config(): object {
    const loopback = Object.entries(networkInterfaces()).find(([, list]) => list?.some((one) => one.internal))
    return {
      port: this.#ports.http,
      bind_addresses: ['127.0.0.1'],
      rtc: {
        tcp_port: this.#ports.rtcTcp,
        udp_port: this.#ports.rtcUdp,
        node_ip: '127.0.0.1',
        use_external_ip: false,
        enable_loopback_candidate: true,
        interfaces: { includes: [loopback?.[0] ?? 'lo'] },
        ips: { includes: ['127.0.0.1/32'] },
      },
      keys: { [this.apiKey]: this.apiSecret },
      logging: { level: 'warn' },
    }
  }
}
