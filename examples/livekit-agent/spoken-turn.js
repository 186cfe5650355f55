import { randomUUID } from 'node:crypto'
import { log } from '@livekit/agents'
import { encode, publish } from './publish.js'
import { publishText } from './transcription.js'

const CUE_TOPIC = 'sensevoice.cue'
const MOUTH_STEP_MS = 20

/** @typedef {import('@sensevoice-web/pipeline').TurnEvent} TurnEvent */

/**
 * One answer on its way into the room: its sound to the agent's track, its text sentence by sentence as their sound begins, and its cues for
 * a face a moment before theirs.
 */
export class SpokenTurn {
  #id = `SG_${randomUUID()}`
  #room
  #voice
  #turn
  /** @type {string[]} */
  #sentences = []
  #shown = -1
  #text = ''
  /** @type {Extract<TurnEvent, { type: 'cue' }> | undefined} */
  #cue
  #outcome = ''
  #givenMs = 0
  #playedMs = 0
  /** @type {number | undefined} */
  #silencedAtMs
  #published = Promise.resolve()
  #over = false

  /**
   * @param {import('@livekit/rtc-node').Room} room
   * @param {import('./agent-voice.js').AgentVoice} voice
   * @param {import('@sensevoice-web/pipeline').Turn} turn
   */
  constructor(room, voice, turn) {
    this.#room = room
    this.#voice = voice
    this.#turn = turn
  }

  /**
   * Barge-in: no sound leaves the source any more, and all requests of the answer are given up.
   *
   * @returns {boolean} whether it was this that silenced it, and before its first sound
   */
  silence() {
    if (this.#over || this.#silencedAtMs !== undefined) return false
    this.#silencedAtMs = performance.now()
    this.#playedMs = Math.max(0, this.#givenMs - this.#voice.queuedMs)
    this.#voice.silence()
    this.#turn.interrupt()
    return this.#givenMs === 0
  }

  /**
   * Resolves when it has been heard, was silenced or has failed; never throws.
   *
   * @param {() => void} onSound its first sound goes out
   */
  async play(onSound) {
    try {
      for await (const event of this.#turn) {
        if (event.type === 'audio' && event.startMs === 0 && this.#silencedAtMs === undefined) onSound()
        await this.#take(event)
      }
      await this.#voice.played()
    } catch (error) {
      this.silence()
      const reason = error instanceof Error ? error.message : String(error)
      log().error({ turn: this.#turn.turn, reason }, 'an answer could not be played')
    }
    this.#over = true
    if (this.#silencedAtMs !== undefined) {
      const silencedMs = performance.now() - this.#silencedAtMs
      log().info({ turn: this.#turn.turn, playedMs: this.#playedMs, silencedMs }, 'an answer was silenced')
    }
    this.#send(
      this.#silencedAtMs === undefined
        ? { type: 'end', outcome: this.#outcome, audioMs: this.#givenMs }
        : { type: 'stop', playedMs: this.#playedMs },
    )
    if (this.#text !== '') this.#show(true)
    await this.#published
  }

  /** @param {TurnEvent} event */
  async #take(event) {
    if (event.type === 'sentence') this.#sentences[event.sentence] = event.text
    else if (event.type === 'cue') this.#cue = event
    else if (event.type === 'audio') await this.#sound(event)
    else if (event.type === 'cancelled') this.silence()
    else if (event.type === 'turn-end') this.#outcome = event.outcome
    else if (event.type === 'error') {
      const { stage, error } = event
      log().warn({ turn: event.turn, stage, code: error.code, reason: error.message }, 'an answer failed')
    } else if (event.type === 'fallback') {
      log().warn({ turn: event.turn, fallback: event.kind }, 'an answer ends otherwise')
    }
  }

  /** @param {Extract<TurnEvent, { type: 'audio' }>} event */
  async #sound({ sentence, pcm, sampleRate, endMs }) {
    if (this.#silencedAtMs !== undefined) return
    if (sentence !== this.#shown) {
      this.#shown = sentence
      this.#text = [this.#text, this.#sentences[sentence] ?? ''].filter((text) => text !== '').join(' ')
      this.#show(false)
    }
    if (this.#cue !== undefined) this.#send(cueMessage(this.#cue, this.#voice.queuedMs))
    this.#givenMs = endMs
    await this.#voice.play(pcm, sampleRate)
    // The source takes sound on a thread of its own: what was under way when it was silenced came behind that.
    if (this.#silencedAtMs !== undefined) this.#voice.silence()
  }

  /** @param {boolean} final */
  #show(final) {
    const text = this.#text
    const segment = {
      id: this.#id,
      trackSid: this.#voice.trackSid,
      identity: this.#room.localParticipant?.identity ?? '',
    }
    this.#published = this.#published.then(() => publishText(this.#room, segment, text, final))
  }

  /** @param {object} message */
  #send(message) {
    const payload = encode({ ...message, turn: this.#turn.turn, segmentId: this.#id })
    void publish(this.#room, { what: 'cue', id: this.#id }, (participant) =>
      participant.publishData(payload, { reliable: true, topic: CUE_TOPIC }),
    )
  }
}

/**
 * @param {Extract<TurnEvent, { type: 'cue' }>} cue
 * @param {number} playsInMs
 */
function cueMessage({ sentence, startMs, endMs, expression, mouth }, playsInMs) {
  return {
    type: 'cue',
    sentence,
    startMs,
    endMs,
    playsInMs: Math.round(playsInMs),
    expression,
    mouthStepMs: MOUTH_STEP_MS,
    mouth: mouth.map(({ openness }) => Math.round(openness * 100) / 100),
  }
}
