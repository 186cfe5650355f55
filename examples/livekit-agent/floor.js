import { stt } from '@livekit/agents'
import { joined, utteranceOf } from './utterance-of.js'

const { START_OF_SPEECH, INTERIM_TRANSCRIPT, FINAL_TRANSCRIPT, END_OF_SPEECH } = stt.SpeechEventType
// Somebody whose words are whole does not wait longer than this for the others to be quiet.
const HOLD_MS = 5000
// Of one speaker, until they are answered; the oldest go first.
const MOST_UTTERANCES = 50

/** @typedef {import('@sensevoice-web/pipeline').Utterance} Utterance */

/**
 * @typedef {object} FloorEvents
 * @property {() => boolean} silence ends the agent's turn, if it has one: returns whether it had it and nothing of it was heard yet
 * @property {(utterance: Utterance) => void} onTurn it is the agent's turn to answer; the one before was silenced
 */

/**
 * Whose turn it is in a room. What somebody said is answered once they have ended, all of it together, and while nobody else speaks. What was to be
 * answered by a turn of which nothing was heard is answered by the next one.
 */
export class Floor {
  #events
  /** Who speaks, and whether their recognizer has told the start of it: then it tells the end too. @type {Map<unknown, boolean>} */
  #speaking = new Map()
  /** @type {Map<unknown, Utterance[]>} */
  #said = new Map()
  /** What the agent's newest turn answers. @type {[unknown, Utterance[]][]} */
  #given = []
  /** @type {NodeJS.Timeout | undefined} */
  #hold
  #closed = false

  /** @param {FloorEvents} events */
  constructor(events) {
    this.#events = events
  }

  /**
   * @param {unknown} who the same for all that one recognizer tells of one track, and nobody else's
   * @param {import('@livekit/agents').stt.SpeechEvent} event
   */
  hear(who, { type, alternatives }) {
    const best = alternatives?.[0]
    const hasText = best !== undefined && best.text.trim() !== ''
    if (type === START_OF_SPEECH) this.#begin(who, true)
    // Who speaks already when the agent gets its turn does not end it by going on.
    if (type === INTERIM_TRANSCRIPT && hasText && !this.#speaking.has(who)) this.#begin(who, false)
    if (type === FINAL_TRANSCRIPT && hasText) this.#keep(who, [...this.#saidBy(who), utteranceOf(best)])
    const ends = type === END_OF_SPEECH || (type === FINAL_TRANSCRIPT && this.#speaking.get(who) === false)
    if (ends) this.#speaking.delete(who)
    this.#look()
  }

  /** Nothing more comes of a track, or not of its present recognizer. @param {unknown} who */
  gone(who) {
    this.#speaking.delete(who)
    this.#look()
  }

  /** Nobody is answered any more. */
  close() {
    this.#closed = true
    clearTimeout(this.#hold)
  }

  /**
   * @param {unknown} who
   * @param {boolean} told
   */
  #begin(who, told) {
    this.#speaking.set(who, told)
    this.#silence()
  }

  #silence() {
    if (!this.#events.silence()) return
    for (const [who, utterances] of this.#given) this.#keep(who, [...utterances, ...this.#saidBy(who)])
  }

  /**
   * @param {unknown} who
   * @param {Utterance[]} utterances all of them
   */
  #keep(who, utterances) {
    this.#said.set(who, utterances.slice(-MOST_UTTERANCES))
  }

  /** @param {unknown} who */
  #saidBy(who) {
    return this.#said.get(who) ?? []
  }

  #look() {
    if (this.#closed || !this.#hasWhole()) return
    if (this.#speaking.size === 0) this.#giveTurn()
    else this.#hold ??= setTimeout(() => this.#giveTurn(), HOLD_MS)
  }

  #hasWhole() {
    return [...this.#said.keys()].some((who) => !this.#speaking.has(who))
  }

  #giveTurn() {
    clearTimeout(this.#hold)
    this.#hold = undefined
    if (!this.#hasWhole()) return
    this.#silence()
    this.#given = [...this.#said].filter(([who]) => !this.#speaking.has(who))
    for (const [who] of this.#given) this.#said.delete(who)
    const [first, ...rest] = this.#given.flatMap(([, utterances]) => utterances)
    if (first !== undefined) this.#events.onTurn(joined([first, ...rest]))
  }
}
