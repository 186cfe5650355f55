import { SpeechError } from '@sensevoice-web/engine'
import type { Expression } from '../animation/expression.ts'
import type { ChatMessage, LanguageModel } from '../reply/language-model.ts'
import type { Voice } from '../speech/voice.ts'
import type { Fallback } from './fallback.ts'
import type { StageLimits } from './stage-limits.ts'

/** Limits of all stages, whole and checked. */
export interface TurnLimits {
  readonly languageModel: StageLimits
  readonly voice: StageLimits
  readonly longestSpeechMs: number
}

/** Everything one turn needs to run. */
export interface TurnPlan {
  readonly model: LanguageModel
  readonly messages: readonly ChatMessage[]
  readonly voice: Voice
  readonly ahead: number
  readonly limits: TurnLimits
  readonly longestSentence: number
  readonly reading: { readonly settleMs: number; readonly longestReply: number }
  /** The face until the reply says another. */
  readonly expression: Expression
  readonly fallback: Fallback
  readonly fallbackText: string
  readonly unreadMs: number
  /** Once, with the answer as far as it was handed out. */
  onEnd(answer: string): void
}

export function nothingSaid(): SpeechError {
  return new SpeechError('inference-failed', 'the language model answered nothing that can be spoken', {
    retryable: true,
  })
}
