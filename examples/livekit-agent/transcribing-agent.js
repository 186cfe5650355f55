import { defineAgent, log } from '@livekit/agents'
import { AudioStream, ParticipantKind, RoomEvent, TrackKind } from '@livekit/rtc-node'
import { AgentState } from './agent-state.js'
import { makeConversation } from './make-conversation.js'
import { makeStt } from './make-stt.js'
import { SpeakingRoom } from './speaking-room.js'
import { leaveToSuccessor } from './successor.js'
import { TrackRuns } from './track-runs.js'
import { transcribeTrack } from './transcribe-track.js'

const SAMPLE_RATE = 16_000

/**
 * Every audio track of a room is written down, each in its speaker's name. With a language model and a voice in the environment the agent also
 * answers; without, it is an agent that only listens.
 *
 * @returns {import('@livekit/agents').AgentDefinition<{ stt: import('@livekit/agents').stt.STT }>}
 */
export function transcribingAgent() {
  return defineAgent({
    prewarm: async (proc) => {
      proc.userData.stt = await makeStt()
      await prewarm(proc.userData.stt)
    },
    entry: async (ctx) => {
      const { stt } = ctx.proc.userData
      // An 'error' nobody listens to would end the process.
      stt.on('error', ({ label, recoverable, error }) => {
        log().warn({ label, recoverable, reason: error.message }, 'speech recognition failed')
      })
      const state = new AgentState(ctx.room)
      const conversation = makeConversation()
      const speaking =
        conversation === undefined ? undefined : new SpeakingRoom(ctx.room, conversation, state)
      const end = transcribeRoom(ctx.room, { stt, state, speaking })
      ctx.addShutdownCallback(async () => {
        await speaking?.close()
        await end()
        await stt.close()
      })
      leaveToSuccessor(ctx)
      // Not AutoSubscribe.AUDIO_ONLY: after a lost connection that subscribes to nothing any more (@livekit/agents 1.9.0).
      await ctx.connect()
      await speaking?.open()
    },
  })
}

/**
 * Before the room is there, so that the model is in memory when the first word is said. What cannot be loaded now is tried again then.
 *
 * @param {import('@livekit/agents').stt.STT & { prewarm?: () => Promise<void> }} stt
 */
async function prewarm(stt) {
  try {
    await stt.prewarm?.()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    log().error({ reason }, 'the recognizer is not ready')
  }
}

/**
 * @param {import('@livekit/rtc-node').Room} room
 * @param {{ stt: import('@livekit/agents').stt.STT, state: AgentState, speaking: SpeakingRoom | undefined }} parts
 * @returns {() => Promise<void>} ends it: resolves when what was heard by then is published
 */
function transcribeRoom(room, { stt, state, speaking }) {
  const runs = new TrackRuns()
  room.on(RoomEvent.TrackSubscribed, (track, publication, { identity, kind }) => {
    const { sid = '' } = publication
    if (track.kind !== TrackKind.KIND_AUDIO) {
      publication.setSubscribed(false)
      return
    }
    // Agents that answer each other would never end.
    const answered = kind === ParticipantKind.AGENT ? undefined : speaking
    const sound = new AudioStream(track, SAMPLE_RATE, 1)
    runs.begin(sid, async (signal) => {
      try {
        await transcribeTrack({ room, stt, sound, trackSid: sid, identity, signal, speaking: answered })
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        log().error({ trackSid: sid, reason }, 'a track is heard no more')
      }
    })
    state.tell()
  })
  room.on(RoomEvent.TrackUnsubscribed, (_track, { sid = '' }) => runs.end(sid))
  return () => runs.endAll()
}
