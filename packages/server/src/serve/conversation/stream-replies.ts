import type { TurnEvent } from '@sensevoice-web/pipeline'
import {
  packReplyFrame,
  REPLY_HEADER_BYTES,
  REPLY_SAMPLE_RATE,
  type ReplyEvent,
} from '@sensevoice-web/protocol'
import type { ReplySink } from './reply-sink.ts'

/** A piece of text that fits into the smallest message that a client may ask for. */
const PIECE_CHARACTERS = 50

export interface StreamReplyHooks {
  /** Most of one message. */
  mostBytes(): number
  /** Numbered and kept. */
  event(turn: number, event: ReplyEvent): void
  /** For the present connection alone. */
  sound(frame: Uint8Array, durationMs: number): void
}

/** Answers as the stream protocol tells them: docs/protocol.md, b. */
export class StreamReplies implements ReplySink {
  readonly #hooks: StreamReplyHooks

  constructor(hooks: StreamReplyHooks) {
    this.#hooks = hooks
  }

  tell(event: TurnEvent): void {
    if (event.type === 'audio') this.#sound(event)
    else for (const told of replyEvents(event)) this.#hooks.event(event.turn, told)
  }

  soundEnd(): void {}

  free(): void {}

  #sound({ turn, pcm, startMs }: Extract<TurnEvent, { type: 'audio' }>): void {
    const step = Math.floor((this.#hooks.mostBytes() - REPLY_HEADER_BYTES) / 2)
    const startSamples = Math.round((startMs * REPLY_SAMPLE_RATE) / 1000)
    for (let at = 0; at < pcm.length; at += step) {
      const part = pcm.subarray(at, at + step)
      const frame = packReplyFrame({ turn, startSamples: startSamples + at, pcm: part })
      this.#hooks.sound(frame, (part.length * 1000) / REPLY_SAMPLE_RATE)
    }
  }
}

function replyEvents({
  turn: _turn,
  ...event
}: Exclude<TurnEvent, { type: 'audio' }>): readonly ReplyEvent[] {
  switch (event.type) {
    case 'reply-text':
      return pieces(event.text).map((text) => ({ type: 'reply-text', text }))
    case 'cue':
      return [{ ...event, mouth: event.mouth.map(({ openness }) => openness) }]
    default:
      return [event]
  }
}

function pieces(text: string): readonly string[] {
  const characters = [...text]
  const count = Math.ceil(characters.length / PIECE_CHARACTERS)
  return Array.from({ length: count }, (_, at) =>
    characters.slice(at * PIECE_CHARACTERS, (at + 1) * PIECE_CHARACTERS).join(''),
  )
}
