import { EMOTIONS, type Emotion } from '@sensevoice-web/engine'
import { type Sureness, sureFindings } from '../prompt/sureness.ts'
import type { Utterance } from '../prompt/utterance.ts'

/** A face. */
export interface Expression {
  readonly emotion: Emotion
  /** 0 barely, 1 fully. */
  readonly intensity: number
}

/** The face that listens and answers, by what the speaker feels: joy is shared, anger and disgust are not thrown back. */
export const DEFAULT_EXPRESSIONS: Readonly<Record<Emotion, Emotion>> = {
  neutral: 'neutral',
  happy: 'happy',
  sad: 'sad',
  angry: 'sad',
  surprised: 'surprised',
  fearful: 'sad',
  disgusted: 'neutral',
}

export const NO_EXPRESSION: Expression = { emotion: 'neutral', intensity: 0 }

/** @returns a neutral face unless an emotion was surely heard */
export function expressionFor(
  result: Utterance,
  sureness: Sureness,
  expressions: Readonly<Partial<Record<Emotion, Emotion>>>,
): Expression {
  const { emotion } = sureFindings(result, sureness)
  if (emotion === undefined) return NO_EXPRESSION
  return {
    emotion: expressions[emotion] ?? DEFAULT_EXPRESSIONS[emotion],
    intensity: result.emotionScoresWithUnknown[emotion],
  }
}

const TAG = new RegExp(`^\\s*\\[(${EMOTIONS.join('|')})(?:[:\\s]\\s*(0|1|0?\\.\\d+|1\\.0+))?\\]\\s*`, 'i')

/** Reads tags such as `[happy]` or `[sad:0.4]` that a language model was asked to put before a sentence. A tag holds until the next one. */
export class ExpressionTags {
  #current: Expression

  /** @param first the face until a tag comes */
  constructor(first: Expression) {
    this.#current = first
  }

  /** @returns the sentence without its tag; empty when there was nothing else */
  read(sentence: string): { readonly text: string; readonly expression: Expression } {
    const [tag, emotion, intensity] = TAG.exec(sentence) ?? []
    if (tag === undefined) return { text: sentence, expression: this.#current }
    this.#current = {
      emotion: emotion?.toLowerCase() as Emotion,
      intensity: intensity === undefined ? 1 : Number(intensity),
    }
    return { text: sentence.slice(tag.length), expression: this.#current }
  }
}
