import { ConnectionState, ParticipantKind, Room, RoomEvent } from '@livekit/rtc-node'
import type { AgentProcess } from './agent-process.ts'
import { Arrivals } from './arrivals.ts'
import { Ear } from './ear.ts'
import { Listener } from './listener.ts'
import type { RealLivekitServer } from './real-livekit-server.ts'
import { within } from './within.ts'

/** Somebody in a room, who hears and reads everything there. */
export class Guest {
  readonly room = new Room()
  readonly ear = new Ear(this.room)
  readonly listener = new Listener(this.room)
  /** Every state of the connection, one after another. */
  readonly states = new Arrivals<ConnectionState>()

  private constructor() {
    this.room.on(RoomEvent.ConnectionStateChanged, (state) => this.states.add(state))
  }

  static async join(server: RealLivekitServer, roomName: string, identity: string): Promise<Guest> {
    return Guest.joinWith(server.url, await server.token(roomName, identity))
  }

  static async joinWith(url: string, token: string): Promise<Guest> {
    const guest = new Guest()
    const connecting = guest.room.connect(url, token, { autoSubscribe: true, dynacast: false })
    await within(20_000, 'a room to connect', connecting)
    return guest
  }

  /** Waits until the connection, lost or not, stands again after state number `from`. */
  async connectedAgain(from: number): Promise<void> {
    const connected = (state: ConnectionState) => state === ConnectionState.CONN_CONNECTED
    await this.states.first('a new connection', connected, { from, limitMs: 40_000 })
  }

  /** Kills the server and starts it again, until the connections stand and an agent of the room listens. */
  async seesRestart(
    server: RealLivekitServer,
    agent: AgentProcess,
    meanwhile?: Promise<void>,
  ): Promise<void> {
    const from = this.states.all.length
    await server.restart()
    await Promise.all([this.connectedAgain(from), agent.registered(), meanwhile])
    await this.agentListens()
  }

  /** Identities of the agents in the room. */
  agents(): string[] {
    const all = [...this.room.remoteParticipants.values()]
    return all.filter(({ kind }) => kind === ParticipantKind.AGENT).map(({ identity }) => identity)
  }

  /** Waits until an agent of the room hears somebody. */
  async agentListens(): Promise<void> {
    await this.until('an agent to listen', () =>
      [...this.room.remoteParticipants.values()].some(
        (one) => one.attributes['lk.agent.state'] === 'listening',
      ),
    )
  }

  /** Waits until something is so about the others in the room. */
  async until(what: string, so: () => boolean): Promise<void> {
    const changed = new Promise<void>((resolve) => {
      const look = () => {
        if (so()) resolve()
      }
      // One who comes with attributes already is no change of attributes.
      this.room.on(RoomEvent.ParticipantAttributesChanged, look)
      this.room.on(RoomEvent.ParticipantConnected, look)
      this.room.on(RoomEvent.ParticipantDisconnected, look)
      look()
    })
    await within(
      30_000,
      `${what} (connection: ${this.states.all.map((state) => ConnectionState[state])})`,
      changed,
    )
  }

  async leave(): Promise<void> {
    await within(20_000, 'a room to disconnect', this.room.disconnect())
  }
}
