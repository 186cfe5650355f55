import type { SpeechError } from '@sensevoice-web/engine'
import type { Expression } from '../animation/expression.ts'
import type { MouthFrame } from '../animation/mouth-envelope.ts'

/** A stage that may be slow or fail. */
export type StageName = 'language model' | 'voice'

/** Why a turn was cut: by `interrupt`, by `close` or the next utterance, or because nobody took its events. */
export type CancelReason = 'interrupted' | 'replaced' | 'closed' | 'unread'

/**
 * What happens in one turn. Times are ms since the first sample of the turn's own sound. Sound comes without gaps and in the order of the
 * sentences; the cue for a stretch of sound comes before the sound. The last event is either `turn-end` or `cancelled`.
 */
export type TurnEvent = { readonly turn: number } & (
  | {
      /** A piece of the answer as the language model wrote it. */
      readonly type: 'reply-text'
      readonly text: string
    }
  | {
      /** A sentence on its way to the voice, without its tag. */
      readonly type: 'sentence'
      /** 0, 1, … within the turn. */
      readonly sentence: number
      readonly text: string
      readonly expression: Expression
    }
  | {
      readonly type: 'audio'
      readonly sentence: number
      /** Mono, signed 16 bit, 200 ms at most. */
      readonly pcm: Int16Array
      readonly sampleRate: number
      readonly startMs: number
      readonly endMs: number
    }
  | {
      /** How the face looks during a stretch of sound. Outside of all stretches the mouth is closed. */
      readonly type: 'cue'
      readonly sentence: number
      readonly startMs: number
      readonly endMs: number
      readonly expression: Expression
      /** Every 20 ms, without gaps. */
      readonly mouth: readonly MouthFrame[]
    }
  | {
      /** A stage failed; a `fallback` follows. */
      readonly type: 'error'
      readonly stage: StageName
      readonly error: SpeechError
    }
  | {
      /** How the turn ends after a failure; when `spoken`, its sentence and sound follow. */
      readonly type: 'fallback'
      readonly kind: 'spoken' | 'silent'
    }
  | {
      readonly type: 'turn-end'
      readonly outcome: 'answered' | 'fallback'
      /** All sound of the turn. */
      readonly audioMs: number
      /** The reply was longer than the limit; its rest was neither read nor spoken. */
      readonly replyCut: boolean
    }
  | {
      /** Stop playing: no sound of this turn follows. */
      readonly type: 'cancelled'
      readonly reason: CancelReason
      /** Sound that was handed out before. */
      readonly deliveredMs: number
    }
)

type WithoutTurn<Event> = Event extends unknown ? Omit<Event, 'turn'> : never
/** A `TurnEvent` before it has its number. */
export type TurnEventInit = WithoutTurn<TurnEvent>
