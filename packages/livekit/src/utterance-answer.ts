import type { SpeechResult } from '@sensevoice-web/engine'
import { type TimedWord, wordsOf } from './words.ts'

/** What a backend has to say about one utterance, whichever backend it is. Times in ms on the stream's clock. */
export interface UtteranceAnswer {
  /** Without tags; empty when nothing was said. */
  readonly text: string
  /** `zh`, `en`, `yue`, `ja`, `ko`, or what another STT calls it; empty when it is not known. */
  readonly language: string
  readonly startMs: number
  readonly endMs: number
  /** In [0, 1]; 0 when the backend does not tell. */
  readonly confidence: number
  /** Empty when the backend does not tell. */
  readonly words: readonly TimedWord[]
  /** What else is known: emotion, event and language with their scores. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/** What SenseVoice adds to an utterance, in `SpeechData.metadata`. Scores are probabilities that sum to 1. */
export interface SenseVoiceMetadata {
  /** Most probable of the seven emotions. Look at `emotionUnknown` before acting on it. */
  readonly emotion: SpeechResult['emotion']
  readonly emotionScores: SpeechResult['emotionScores']
  /** Mass of "unknown" in [0, 1] that `emotionScores` leaves out. */
  readonly emotionUnknown: number
  readonly event: SpeechResult['event']
  readonly eventScores: SpeechResult['eventScores']
  readonly languageForced: boolean
  /** Absent when the language was forced. */
  readonly languageScores?: NonNullable<SpeechResult['languageScores']>
}

/** The answer in a result of SenseVoice. */
export function answerOfResult(result: SpeechResult): UtteranceAnswer {
  const { text, tokens, language, languageForced, languageScores, startMs, endMs, confidence } = result
  const { emotion, emotionScores, emotionUnknown, event, eventScores } = result
  const scores: SenseVoiceMetadata = {
    emotion,
    emotionScores,
    emotionUnknown,
    event,
    eventScores,
    languageForced,
    ...(languageScores === undefined ? {} : { languageScores }),
  }
  return {
    text,
    language: language === 'nospeech' ? '' : language,
    startMs,
    endMs,
    confidence,
    words: wordsOf(tokens),
    metadata: { ...scores },
  }
}
