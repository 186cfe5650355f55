import type { SpeechResult } from '@sensevoice-web/engine'

/** What an answer is made of. Every `SpeechResult` is one; who has a result of another kind brings only this much of it. */
export type Utterance = Pick<
  SpeechResult,
  | 'text'
  | 'language'
  | 'languageForced'
  | 'languageScores'
  | 'emotion'
  | 'emotionScoresWithUnknown'
  | 'eventScores'
>
