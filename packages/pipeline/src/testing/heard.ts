import { EMOTIONS, type Emotion, type SpeechResult } from '@sensevoice-web/engine'

/** What a test wants to have been heard; the rest is filled in. */
export interface HeardInit extends Partial<Omit<SpeechResult, 'emotion' | 'emotionUnknown'>> {
  readonly emotion?: Emotion
  /** Probability of the emotion with the unknown mass counted, in [0, 1]; what is left is unknown. Default 0.9. */
  readonly emotionScore?: number
}

/** A whole result of one utterance of a second, consistent in its emotion scores. */
export function heard(text: string, init: HeardInit = {}): SpeechResult {
  const { emotion = 'neutral', emotionScore = 0.9, ...rest } = init
  const unknown = 1 - emotionScore
  const scores = (of: number) =>
    Object.fromEntries(EMOTIONS.map((name) => [name, name === emotion ? of : 0])) as Record<Emotion, number>
  return {
    segmentId: 0,
    text,
    tokens: [],
    language: 'en',
    languageForced: false,
    languageScores: { en: 0.95, zh: 0.05 },
    emotion,
    emotionScores: scores(1),
    emotionUnknown: unknown,
    emotionScoresWithUnknown: { ...scores(emotionScore), unknown },
    event: 'speech',
    eventScores: { speech: 0.97, laughter: 0.03 },
    confidence: 0.9,
    withItn: true,
    startMs: 0,
    endMs: 1000,
    startSamples: 0,
    endSamples: 16_000,
    timings: { frontEndMs: 1, inferenceMs: 1, decodeMs: 1, totalMs: 3 },
    ...rest,
  }
}
