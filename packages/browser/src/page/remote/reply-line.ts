import type { HeardReply } from '@sensevoice-web/protocol'

/** Answers of the server on their way to the page, and the page's word against them. */
export class ReplyLine {
  readonly #hear: (reply: HeardReply) => void
  #interrupt: (() => void) | undefined

  constructor(hear: (reply: HeardReply) => void) {
    this.#hear = hear
  }

  /** @param interrupt silences the stream that answers from now on */
  begin(interrupt: () => void): void {
    this.#interrupt = interrupt
  }

  hear(reply: HeardReply): void {
    this.#hear(reply)
  }

  /** Does nothing while no stream answers. */
  interrupt(): void {
    this.#interrupt?.()
  }
}
