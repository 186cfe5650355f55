import { ParticipantKind, RoomEvent } from '@livekit/rtc-node'

const AGENT_NAME = 'lk.agent.name'

/**
 * When a server restarts, its rooms are made anew: this agent comes back by itself, and the server may send another of the same name.
 * Two would write everything twice, so the one that came back leaves to the other.
 *
 * @param {{ room: import('@livekit/rtc-node').Room, shutdown(reason: string): void }} ctx the job's context
 */
export function leaveToSuccessor(ctx) {
  const { room } = ctx
  let cameBack = false
  const look = () => {
    const name = room.localParticipant?.attributes[AGENT_NAME]
    const others = [...room.remoteParticipants.values()].filter(({ kind }) => kind === ParticipantKind.AGENT)
    if (cameBack && others.some(({ attributes }) => attributes[AGENT_NAME] === name)) {
      ctx.shutdown('another agent of the same name has taken over')
    }
  }
  room.on(RoomEvent.Reconnected, () => {
    cameBack = true
    look()
  })
  room.on(RoomEvent.ParticipantConnected, look)
}
