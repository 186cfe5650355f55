import { type Emotion, type Language, type SoundEvent, SpeechError } from '@sensevoice-web/engine'
import type { Utterance } from './utterance.ts'

/** From which probability on something counts as heard, each in (0, 1]. */
export interface Sureness {
  /** Of the emotion, with the unknown mass counted. Default 0.5. */
  readonly emotion?: number
  /** Of the language; a forced language is always sure. Default 0.5. */
  readonly language?: number
  /** Of each sound event. Default 0.5. */
  readonly event?: number
}

/** What a result says with enough certainty to act on; the rest is absent. */
export interface SureFindings {
  readonly emotion?: Emotion
  readonly language?: Exclude<Language, 'nospeech'>
  /** Most probable first. Speech itself, and what the model calls unknown or garbage, are no events. */
  readonly events: readonly SoundEvent[]
}

const DEFAULT = 0.5
const NO_EVENTS: ReadonlySet<SoundEvent> = new Set(['speech', 'speech-noise', 'gbg', 'unknown'])

/** @throws SpeechError `invalid-argument` for a threshold outside (0, 1] */
export function checkSureness(sureness: Sureness): void {
  for (const [name, value] of Object.entries(sureness)) {
    if (value === undefined || (value > 0 && value <= 1)) continue
    throw new SpeechError(
      'invalid-argument',
      `the probability from which ${name} is sure must be in (0, 1], got ${value}`,
    )
  }
}

export function sureFindings(result: Utterance, sureness: Sureness = {}): SureFindings {
  // `emotionScores` leaves the unknown mass out and always names one emotion: it would claim what nobody heard.
  const emotionScore = result.emotionScoresWithUnknown[result.emotion]
  const languageScore = result.languageForced ? 1 : (result.languageScores?.[result.language] ?? 0)
  const eventFrom = sureness.event ?? DEFAULT
  return {
    ...(emotionScore >= (sureness.emotion ?? DEFAULT) ? { emotion: result.emotion } : {}),
    ...(result.language !== 'nospeech' && languageScore >= (sureness.language ?? DEFAULT)
      ? { language: result.language }
      : {}),
    events: (Object.entries(result.eventScores) as [SoundEvent, number][])
      .filter(([event, score]) => !NO_EVENTS.has(event) && score >= eventFrom)
      .sort(([, first], [, second]) => second - first)
      .map(([event]) => event),
  }
}
