import { type Language, SpeechError } from '@sensevoice-web/engine'
import type { Utterance } from '../prompt/utterance.ts'
import type { Voice } from '../speech/voice.ts'

/** How a turn ends when a stage fails or takes too long. */
export type Fallback =
  | { readonly kind: 'silent' }
  | {
      readonly kind: 'spoken'
      readonly text: string
      /** By the language that was heard, instead of `text`. */
      readonly textByLanguage?: Readonly<Partial<Record<Language, string>>>
      /** Another voice than the one that may have failed, such as a recording. Without it the conversation's own. */
      readonly voice?: Voice
    }

/** @throws SpeechError `invalid-argument` when there is nothing to say */
export function checkedFallback(fallback: Fallback): Fallback {
  if (fallback.kind === 'silent') return fallback
  const texts = [fallback.text, ...Object.values(fallback.textByLanguage ?? {})]
  if (texts.some((text) => text.trim() === '')) {
    throw new SpeechError('invalid-argument', 'a spoken fallback has nothing to say', {
      hint: 'Give it a text, or choose { kind: "silent" }.',
    })
  }
  return fallback
}

export function fallbackText(fallback: Extract<Fallback, { kind: 'spoken' }>, utterance: Utterance): string {
  return fallback.textByLanguage?.[utterance.language] ?? fallback.text
}
