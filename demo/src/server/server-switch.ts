import { toSpeechError } from '@sensevoice-web/engine'
import type { SpeechError } from 'sensevoice-web'
import { rememberedServer, rememberServer, type ServerChoice, serverChoice } from './server-choice.ts'

export interface SwitchWishes {
  /** Asks for another analyzer. */
  readonly load: () => unknown
  readonly report: (error: SpeechError) => void
}

/** Whether a server analyzes, and which. Sound goes to one only after a click of this visit. */
export class ServerSwitch {
  /** Undefined: in the page. */
  choice: ServerChoice | undefined
  /** The visitor wants to be answered by it. */
  answers = false
  /** To be offered. */
  address = rememberedServer()
  readonly #wishes: SwitchWishes

  constructor(wishes: SwitchWishes) {
    this.#wishes = wishes
  }

  use(address: string, token: string): void {
    try {
      this.choice = serverChoice(address, token)
    } catch (error) {
      const hint = 'It looks like wss://example.org/ws/my-page.'
      this.#wishes.report(toSpeechError(error, 'invalid-argument', { hint }))
      return
    }
    this.address = address
    // What was wanted of the last server is not wanted of this one.
    this.answers = false
    rememberServer(address)
    this.#wishes.load()
  }

  answer(wanted: boolean): void {
    this.answers = wanted
    this.#wishes.load()
  }

  leave(): void {
    this.choice = undefined
    this.answers = false
    this.#wishes.load()
  }
}
