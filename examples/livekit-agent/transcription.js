import { publish } from './publish.js'

const TOPIC = 'lk.transcription'

/**
 * @typedef {object} Transcribed
 * @property {string} id of the segment; a later text of the same segment takes the place of the earlier one
 * @property {string} trackSid where it is heard
 * @property {string} identity who speaks
 */

/**
 * Shows a text to the room as LiveKit's own front ends read it: a text stream of the topic `lk.transcription`, in the speaker's name.
 *
 * @param {import('@livekit/rtc-node').Room} room
 * @param {Transcribed} segment
 * @param {string} text
 * @param {boolean} final
 */
export async function publishText(room, { id, trackSid, identity }, text, final) {
  await publish(room, { what: 'text', id }, async (participant) => {
    const writer = await participant.streamText({
      topic: TOPIC,
      senderIdentity: identity,
      attributes: {
        'lk.segment_id': id,
        'lk.transcribed_track_id': trackSid,
        'lk.transcription_final': String(final),
      },
    })
    await writer.write(text)
    await writer.close()
  })
}
