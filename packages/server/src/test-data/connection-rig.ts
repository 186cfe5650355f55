import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { SpeechError, VoiceProbe } from '@sensevoice-web/engine'
import { WebSocketServer } from 'ws'
import type { Backend } from '../backend/backend.ts'
import { DEFAULT_VAD_MODEL } from '../model/default-models.ts'
import { Connection } from '../serve/connection/connection.ts'
import { SessionStore } from '../serve/session/session-store.ts'
import { VoiceProbes } from '../voice-probes.ts'
import { opened } from './companion-rig.ts'

const running = new Set<ConnectionRig>()

/** For `afterEach`: ends every rig of a test, and the clients that it has opened. */
export async function endRigs(): Promise<void> {
  for (const client of opened.splice(0)) client.close()
  await Promise.all([...running].map((rig) => rig.stop()))
}

type TakeProbe = () => VoiceProbe | Promise<VoiceProbe>

/** The companion's connections over real sockets and the real VAD; the backend does as the test says. */
export class ConnectionRig {
  readonly connections: Connection[] = []
  /** What the companion counts. */
  readonly errors: SpeechError[] = []
  soundMs = 0
  readonly #sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  readonly #probes = new VoiceProbes(DEFAULT_VAD_MODEL)
  readonly #sessions = new SessionStore(30_000, 10)

  private constructor(recognize: Backend['recognize'], probe: TakeProbe | undefined) {
    const backend: Backend = {
      kind: 'local',
      model: { name: 'm', version: '1' },
      ready: true,
      waiting: 0,
      recognize,
      dispose: async () => {},
    }
    const parts = {
      backend,
      sessions: this.#sessions,
      replies: undefined,
      takeProbe: async () => (await probe?.()) ?? (await this.#probes.take()),
      unheardMs: 10_000,
      messageBytes: 1 << 20,
      onEvent: () => {},
      onError: (error: SpeechError) => this.errors.push(error),
      onSound: (_device: string, durationMs: number) => {
        this.soundMs += durationMs
      },
      onSlow: () => {},
    }
    this.#sockets.on('connection', (socket) => {
      this.connections.push(new Connection(socket, { device: 'a', version: 1, sampleRate: 16_000 }, parts))
    })
  }

  /** @param probe in place of the real VAD, for sound that would take it long */
  static async start(recognize: Backend['recognize'], probe?: TakeProbe): Promise<ConnectionRig> {
    const rig = new ConnectionRig(recognize, probe)
    running.add(rig)
    await once(rig.#sockets, 'listening')
    return rig
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#sockets.address() as AddressInfo).port}`
  }

  /** Whether any of its sockets is held back. */
  get holdsBack(): boolean {
    return [...this.#sockets.clients].some(({ isPaused }) => isPaused)
  }

  async stop(): Promise<void> {
    running.delete(this)
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#sockets.close()
    await this.#sessions.close()
    await this.#probes.dispose()
  }
}
