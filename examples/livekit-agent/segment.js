import { randomUUID } from 'node:crypto'
import { log } from '@livekit/agents'
import { encode, publish } from './publish.js'
import { publishText } from './transcription.js'

const RESULT_TOPIC = 'sensevoice.result'
// The server passes data messages on up to 15 KiB; the rest is for its own envelope.
const MOST_BYTES = 14_000

/**
 * One utterance of one speaker. Its text goes to the room as a text stream of the topic `lk.transcription`, in the speaker's name, as
 * LiveKit's own front ends read it; the whole result with its scores goes as a JSON data message of the topic `sensevoice.result`.
 */
export class Segment {
  #id = `SG_${randomUUID()}`
  #room
  #trackSid
  #identity
  #shown = false

  /**
   * @param {import('@livekit/rtc-node').Room} room
   * @param {string} trackSid
   * @param {string} identity
   */
  constructor(room, trackSid, identity) {
    this.#room = room
    this.#trackSid = trackSid
    this.#identity = identity
  }

  /** @param {import('@livekit/agents').stt.SpeechData} speech what may still change */
  async interim({ text }) {
    if (text !== '') await this.#text(text, false)
  }

  /** @param {import('@livekit/agents').stt.SpeechData} speech */
  async final(speech) {
    // Laughter has no text; an interim text that turned out to be none is taken back by an empty one.
    if (speech.text !== '' || this.#shown) await this.#text(speech.text, true)
    await this.#result(speech)
  }

  /**
   * @param {string} text
   * @param {boolean} final
   */
  async #text(text, final) {
    this.#shown = true
    const segment = { id: this.#id, trackSid: this.#trackSid, identity: this.#identity }
    await publishText(this.#room, segment, text, final)
  }

  /** @param {import('@livekit/agents').stt.SpeechData} speech */
  async #result({ text, language, startTime, endTime, confidence, words, metadata }) {
    const facts = { segmentId: this.#id, trackSid: this.#trackSid, participantIdentity: this.#identity }
    const brief = { ...facts, text, language, startTime, endTime, confidence }
    const whole = encode({ ...brief, words, metadata })
    const small = whole.length <= MOST_BYTES
    if (!small)
      log().warn({ bytes: whole.length }, 'a result is too long for a data message: sent without details')
    const payload = small ? whole : encode({ ...brief, omittedBytes: whole.length })
    await publish(this.#room, { what: 'result', id: this.#id }, (participant) =>
      participant.publishData(payload, { reliable: true, topic: RESULT_TOPIC }),
    )
  }
}
