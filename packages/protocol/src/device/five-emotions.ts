import type { Emotion, SpeechResult } from '@sensevoice-web/engine'

/** The emotions that the device protocol knows. */
export const FIVE_EMOTIONS = ['neutral', 'happy', 'sad', 'angry', 'surprised'] as const
export type FiveEmotion = (typeof FIVE_EMOTIONS)[number]

/** Where the other two of seven are counted: the nearest in what a face shows. */
const COUNTED_AS: Readonly<Record<Emotion, FiveEmotion>> = {
  neutral: 'neutral',
  happy: 'happy',
  sad: 'sad',
  angry: 'angry',
  surprised: 'surprised',
  fearful: 'surprised',
  disgusted: 'angry',
}

/** Seven probabilities as five that sum to the same, and the most probable of them. */
export function fiveEmotions(scores: SpeechResult['emotionScores']): {
  readonly emotion: FiveEmotion
  readonly scores: Readonly<Record<FiveEmotion, number>>
} {
  const five = { neutral: 0, happy: 0, sad: 0, angry: 0, surprised: 0 }
  for (const [name, score] of Object.entries(scores)) five[COUNTED_AS[name as Emotion]] += score
  const emotion = FIVE_EMOTIONS.reduce((best, name) => (five[name] > five[best] ? name : best))
  return { emotion, scores: five }
}
