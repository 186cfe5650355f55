import { defineAgent, log } from '@livekit/agents'
import { RoomEvent, TrackKind } from '@livekit/rtc-node'
import { makeStt } from './make-stt.js'
import { leaveToSuccessor } from './successor.js'
import { transcribeTrack } from './transcribe-track.js'

/**
 * An agent without a language model: every audio track of a room is written down, each in its speaker's name.
 *
 * @returns {import('@livekit/agents').AgentDefinition<{ stt: import('@livekit/agents').stt.STT }>}
 */
export function transcribingAgent() {
  return defineAgent({
    // Before the room is there, so that the model is in memory when the first word is said.
    prewarm: async (proc) => {
      proc.userData.stt = await makeStt()
    },
    entry: async (ctx) => {
      const { stt } = ctx.proc.userData
      // An 'error' nobody listens to would end the process.
      stt.on('error', ({ label, recoverable, error }) => {
        log().warn({ label, recoverable, reason: error.message }, 'speech recognition failed')
      })
      const end = transcribeRoom(ctx.room, stt)
      ctx.addShutdownCallback(async () => {
        await end()
        await stt.close()
      })
      leaveToSuccessor(ctx)
      // Not AutoSubscribe.AUDIO_ONLY: after a lost connection that subscribes to nothing any more (@livekit/agents 1.9.0).
      await ctx.connect()
    },
  })
}

/**
 * @param {import('@livekit/rtc-node').Room} room
 * @param {import('@livekit/agents').stt.STT} stt
 * @returns {() => Promise<void>} ends it: resolves when what was heard by then is published
 */
function transcribeRoom(room, stt) {
  /** @type {Map<string, { end: AbortController, done: Promise<void> }>} */
  const tracks = new Map()
  room.on(RoomEvent.TrackSubscribed, (track, publication, { identity }) => {
    const { sid = '' } = publication
    if (track.kind !== TrackKind.KIND_AUDIO) {
      publication.setSubscribed(false)
      return
    }
    const end = new AbortController()
    const done = transcribeTrack({ room, stt, track, trackSid: sid, identity, signal: end.signal })
      .catch((error) => log().error({ trackSid: sid, reason: error.message }, 'a track is heard no more'))
      .finally(() => tracks.delete(sid))
    tracks.set(sid, { end, done })
    room.localParticipant?.setAttributes({ 'lk.agent.state': 'listening' }).catch((error) => {
      log().warn({ reason: error.message }, 'the room was not told that somebody listens')
    })
  })
  room.on(RoomEvent.TrackUnsubscribed, (_track, { sid = '' }) => tracks.get(sid)?.end.abort())
  return async () => {
    const left = [...tracks.values()]
    for (const { end } of left) end.abort()
    await Promise.all(left.map(({ done }) => done))
  }
}
