import type { AcousticOutput } from '../model/ports.ts'
import {
  EMOTIONS,
  type Emotion,
  type Language,
  type SoundEvent,
  type TagGroup,
  type TagIds,
} from '../model/tags.ts'

/** What the four tag frames say, as probabilities by name. Every `…Scores` sums to 1. */
export interface TagScores {
  readonly language: Language
  readonly languageScores: Readonly<Partial<Record<Language, number>>>
  /** Most probable of the seven emotions. */
  readonly emotion: Emotion
  /** The seven emotions renormalized without the unknown mass; all equal when the unknown mass leaves nothing to renormalize. */
  readonly emotionScores: Readonly<Record<Emotion, number>>
  /** Mass of "unknown" and "other" in [0, 1]. */
  readonly emotionUnknown: number
  readonly emotionScoresWithUnknown: Readonly<Record<Emotion | 'unknown', number>>
  readonly event: SoundEvent
  readonly eventScores: Readonly<Partial<Record<SoundEvent, number>>>
}

/**
 * Names the tag probabilities of one inference.
 *
 * @param tags softmax over each group's ids, in the order of `ids`
 * @param ids the tags of the model's vocabulary
 */
export function tagScores(tags: AcousticOutput['tags'], ids: TagIds): TagScores {
  const languageScores = distribution(ids.language, tags.language)
  const eventScores = distribution(ids.event, tags.event)
  return {
    language: mostProbable(ids.language.names, languageScores),
    languageScores,
    ...emotionView(distribution(ids.emotion, tags.emotion)),
    event: mostProbable(ids.event.names, eventScores),
    eventScores,
  }
}

type EmotionView = Pick<
  TagScores,
  'emotion' | 'emotionScores' | 'emotionUnknown' | 'emotionScoresWithUnknown'
>

function emotionView(scores: Partial<Record<string, number>>): EmotionView {
  const known = EMOTIONS.map((emotion) => scores[emotion] ?? 0)
  const knownMass = known.reduce((sum, score) => sum + score, 0)
  const emotionScores = record(EMOTIONS, (index) =>
    knownMass > 0 ? (known[index] ?? 0) / knownMass : 1 / EMOTIONS.length,
  )
  const emotionUnknown = Math.min(1, (scores['unknown'] ?? 0) + (scores['other'] ?? 0))
  return {
    emotion: mostProbable(EMOTIONS, emotionScores),
    emotionScores,
    emotionUnknown,
    emotionScoresWithUnknown: { ...record(EMOTIONS, (index) => known[index] ?? 0), unknown: emotionUnknown },
  }
}

/** Float32 softmaxes sum to 1 within 1e-6 or so; dividing by the sum in double precision makes it exact for the reader. */
function distribution<Name extends string>(
  group: TagGroup<Name>,
  probabilities: Float32Array,
): Partial<Record<Name, number>> {
  const total = probabilities.reduce((sum, probability) => sum + probability, 0)
  const scores: Partial<Record<Name, number>> = {}
  for (const [index, name] of group.names.entries()) scores[name] = (probabilities[index] ?? 0) / total
  return scores
}

function record<Name extends string>(
  names: readonly Name[],
  value: (index: number) => number,
): Record<Name, number> {
  return Object.fromEntries(names.map((name, index) => [name, value(index)])) as Record<Name, number>
}

/** The first of the most probable names. */
function mostProbable<Name extends string>(
  names: readonly Name[],
  scores: Readonly<Partial<Record<Name, number>>>,
): Name {
  return names.reduce((best, name) => ((scores[name] ?? 0) > (scores[best] ?? 0) ? name : best))
}
