import { log } from '@livekit/agents'
import { within } from './publish.js'

const TELL_LIMIT_MS = 10_000

/** What LiveKit's own front ends show of an agent: its attribute `lk.agent.state`. */
export class AgentState {
  #room
  /** @type {'listening' | 'thinking' | 'speaking'} */
  #state = 'listening'
  #told = Promise.resolve()

  /** @param {import('@livekit/rtc-node').Room} room */
  constructor(room) {
    this.#room = room
  }

  /** Told in order; never throws. @param {'listening' | 'thinking' | 'speaking'} state */
  set(state) {
    this.#state = state
    this.tell()
  }

  /** Tells the present state again: a connection that was made anew has forgotten it. */
  tell() {
    const state = this.#state
    this.#told = this.#told.then(() => this.#send(state))
  }

  /** @param {string} state */
  async #send(state) {
    try {
      const telling = this.#room.localParticipant?.setAttributes({ 'lk.agent.state': state })
      if (telling !== undefined) await within(TELL_LIMIT_MS, 'told', telling)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      log().warn({ state, reason }, 'the room was not told what the agent does')
    }
  }
}
