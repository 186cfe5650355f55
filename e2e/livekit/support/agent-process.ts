import { fileURLToPath } from 'node:url'
import { freeTcpPort } from './free-ports.ts'
import type { RealLivekitServer } from './real-livekit-server.ts'
import { TiedProcess } from './tied-process.ts'

const AGENT = fileURLToPath(new URL('../../../examples/livekit-agent/agent.js', import.meta.url))
const READY_LIMIT_MS = 40_000

/** The agent of examples/livekit-agent in a process of its own, as a user starts it. */
export class AgentProcess {
  readonly #process: TiedProcess
  readonly #health: string

  private constructor(process: TiedProcess, health: string) {
    this.#process = process
    this.#health = health
  }

  /**
   * Starts it; resolves when the server has registered it.
   *
   * @param env settings of its recognizer, `AGENT_STT_MODULE` among them
   */
  static async start(
    server: RealLivekitServer,
    env: Readonly<Record<string, string>>,
  ): Promise<AgentProcess> {
    const port = await freeTcpPort()
    // `dev`: a worker in production refuses rooms while the machine's processors are busy, as they are under tests.
    const child = new TiedProcess('the agent', [process.execPath, AGENT, 'dev'], {
      LIVEKIT_URL: server.url,
      LIVEKIT_API_KEY: server.apiKey,
      LIVEKIT_API_SECRET: server.apiSecret,
      LOG_LEVEL: 'info',
      AGENT_PORT: String(port),
      ...env,
    })
    const agent = new AgentProcess(child, `http://127.0.0.1:${port}/`)
    try {
      await agent.registered()
      return agent
    } catch (error) {
      await agent.close()
      throw error
    }
  }

  /** Waits until the server knows it (again). */
  async registered(): Promise<void> {
    await this.#process.until(() => this.#healthy(), READY_LIMIT_MS)
  }

  /** Its logs. */
  get said(): string {
    return this.#process.said
  }

  async close(): Promise<void> {
    await this.#process.kill()
  }

  async #healthy(): Promise<boolean> {
    try {
      return (await fetch(this.#health, { signal: AbortSignal.timeout(1000) })).ok
    } catch {
      return false
    }
  }
}
