import { stt } from '@livekit/agents'
import { joined, utteranceOf } from './utterance-of.js'

const { START_OF_SPEECH, INTERIM_TRANSCRIPT, FINAL_TRANSCRIPT, END_OF_SPEECH } = stt.SpeechEventType
// Somebody whose words are whole does not wait longer than this for the others to be quiet.
const HOLD_MS = 5000

/**
 * @typedef {object} FloorEvents
 * @property {() => void} onSpeech somebody speaks: whoever else does should be silent
 * @property {(utterance: import('@sensevoice-web/pipeline').Utterance) => void} onTurn it is the agent's turn to answer
 */

/**
 * Whose turn it is in a room. What somebody said is answered once they have ended, all of it together, and while nobody else speaks.
 */
export class Floor {
  #events
  /** @type {Set<string>} */
  #speaking = new Set()
  /** @type {Map<string, import('@sensevoice-web/pipeline').Utterance[]>} */
  #said = new Map()
  /** @type {NodeJS.Timeout | undefined} */
  #hold
  #closed = false

  /** @param {FloorEvents} events */
  constructor(events) {
    this.#events = events
  }

  /**
   * @param {string} trackSid who
   * @param {import('@livekit/agents').stt.SpeechEvent} event
   */
  hear(trackSid, { type, alternatives }) {
    const best = alternatives?.[0]
    const hasText = best !== undefined && best.text.trim() !== ''
    if (type === START_OF_SPEECH) this.#speaking.add(trackSid)
    if (type === START_OF_SPEECH || (type === INTERIM_TRANSCRIPT && hasText)) this.#events.onSpeech()
    if (type === FINAL_TRANSCRIPT && hasText) {
      this.#said.set(trackSid, [...(this.#said.get(trackSid) ?? []), utteranceOf(best)])
    }
    if (type === END_OF_SPEECH) this.#speaking.delete(trackSid)
    this.#look()
  }

  /** Nothing more comes of a track, or not of its present recognizer. @param {string} trackSid */
  gone(trackSid) {
    this.#speaking.delete(trackSid)
    this.#look()
  }

  /** Nobody is answered any more. */
  close() {
    this.#closed = true
    clearTimeout(this.#hold)
  }

  #look() {
    if (this.#closed) return
    const ended = [...this.#said.keys()].some((trackSid) => !this.#speaking.has(trackSid))
    if (ended && this.#speaking.size === 0) this.#giveTurn()
    else if (ended) this.#hold ??= setTimeout(() => this.#giveTurn(), HOLD_MS)
  }

  #giveTurn() {
    clearTimeout(this.#hold)
    this.#hold = undefined
    const whole = [...this.#said].filter(([trackSid]) => !this.#speaking.has(trackSid))
    for (const [trackSid] of whole) this.#said.delete(trackSid)
    const [first, ...rest] = whole.flatMap(([, utterances]) => utterances)
    if (first !== undefined) this.#events.onTurn(joined([first, ...rest]))
  }
}
