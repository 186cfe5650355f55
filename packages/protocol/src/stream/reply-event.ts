import type { Emotion, SpeechError } from '@sensevoice-web/engine'

/** Of all sound in replies, in Hz. */
export const REPLY_SAMPLE_RATE = 24_000
/** From one value of `mouth` to the next. */
export const MOUTH_FRAME_MS = 20

/** A face. */
export interface ReplyExpression {
  readonly emotion: Emotion
  /** 0 barely, 1 fully. */
  readonly intensity: number
}

/**
 * What a server that answers tells of one answer, besides its sound. Times are ms since the first sample of the turn. The last one of a turn is
 * `turn-end` or `cancelled`.
 */
export type ReplyEvent =
  /** A piece of the answer as the language model wrote it. */
  | { readonly type: 'reply-text'; readonly text: string }
  /** On its way to the voice. */
  | {
      readonly type: 'sentence'
      readonly sentence: number
      readonly text: string
      readonly expression: ReplyExpression
    }
  /** How the face looks during a stretch of sound; `mouth`: how far it is open, in [0, 1], every 20 ms. */
  | {
      readonly type: 'cue'
      readonly sentence: number
      readonly startMs: number
      readonly endMs: number
      readonly expression: ReplyExpression
      readonly mouth: readonly number[]
    }
  | { readonly type: 'error'; readonly stage: 'language model' | 'voice'; readonly error: SpeechError }
  /** How the turn ends after an error. */
  | { readonly type: 'fallback'; readonly kind: 'spoken' | 'silent' }
  /** All was played, by the server's clock. */
  | {
      readonly type: 'turn-end'
      readonly outcome: 'answered' | 'fallback'
      readonly audioMs: number
      /** The answer was longer than the server reads. */
      readonly replyCut: boolean
    }
  /** Stop playing at once. */
  | {
      readonly type: 'cancelled'
      readonly reason: 'interrupted' | 'replaced' | 'closed' | 'unread'
      /** Sound that was sent before. */
      readonly deliveredMs: number
    }

/** What a client hears of an answer: 1, 2, … within the session. */
export type HeardReply = { readonly turn: number } & (
  | ReplyEvent
  /** Mono at 24 kHz, in order. */
  | {
      readonly type: 'audio'
      readonly startMs: number
      readonly endMs: number
      readonly pcm: Int16Array
      readonly sampleRate: typeof REPLY_SAMPLE_RATE
    }
  /** Sound that a cut of the connection has swallowed; it does not come again. */
  | { readonly type: 'audio-lost'; readonly startMs: number; readonly endMs: number }
)
