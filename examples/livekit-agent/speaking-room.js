import { log } from '@livekit/agents'
import { AgentVoice } from './agent-voice.js'
import { Floor } from './floor.js'
import { within } from './publish.js'
import { SpokenTurn } from './spoken-turn.js'

const CLOSE_LIMIT_MS = 5000

/** The agent's part in the talk of one room: what people say is answered by its own track, and whoever speaks silences it. */
export class SpeakingRoom {
  #room
  #conversation
  #state
  #floor
  /** @type {AgentVoice | undefined} */
  #voice
  /** @type {SpokenTurn | undefined} */
  #turn
  #playing = Promise.resolve()

  /**
   * @param {import('@livekit/rtc-node').Room} room
   * @param {import('@sensevoice-web/pipeline').Conversation} conversation closed with this
   * @param {import('./agent-state.js').AgentState} state
   */
  constructor(room, conversation, state) {
    this.#room = room
    this.#conversation = conversation
    this.#state = state
    this.#floor = new Floor({
      silence: () => this.#turn?.silence() ?? false,
      onTurn: (utterance) => this.#answer(utterance),
    })
  }

  /**
   * Publishes the agent's track in the connected room; nothing is answered before that.
   *
   * @throws {Error} when the room does not take it
   */
  async open() {
    const { localParticipant } = this.#room
    if (localParticipant === undefined) throw new Error('the room is not connected')
    this.#voice = await AgentVoice.open(localParticipant)
  }

  /**
   * @param {unknown} who the same for all that one recognizer tells of one track, and nobody else's
   * @param {import('@livekit/agents').stt.SpeechEvent} event
   */
  hear(who, event) {
    this.#floor.hear(who, event)
  }

  /** Nothing more comes of a track, or not of its present recognizer. @param {unknown} who */
  gone(who) {
    this.#floor.gone(who)
  }

  /** Silences it for good; never throws. */
  async close() {
    this.#floor.close()
    this.#turn?.silence()
    this.#conversation.close()
    try {
      await within(CLOSE_LIMIT_MS, 'silent', this.#playing)
      await this.#voice?.close()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      log().warn({ reason }, 'the last answer did not end in time')
    }
  }

  /** @param {import('@sensevoice-web/pipeline').Utterance} utterance */
  #answer(utterance) {
    const voice = this.#voice
    if (voice === undefined) return
    this.#state.set('thinking')
    const turn = new SpokenTurn(this.#room, voice, this.#conversation.answer(utterance))
    this.#turn = turn
    // The source takes one piece of sound at a time: the turn before has to let go of it.
    this.#playing = this.#playing.then(() => this.#play(turn))
  }

  /** @param {SpokenTurn} turn */
  async #play(turn) {
    await turn.play(() => this.#state.set('speaking'))
    if (turn === this.#turn) this.#state.set('listening')
  }
}
