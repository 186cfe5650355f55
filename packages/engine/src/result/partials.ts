import type { PartialResult } from '../events.ts'
import type { SpeechResult } from './speech-result.ts'

/** Scripts written without spaces: every character is a boundary. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
const WORD_CHARACTER = /[\p{Letter}\p{Mark}\p{Number}'’]/u

interface Progress {
  readonly segmentId: number
  readonly text: string
}

/**
 * Marks what successive decodes of a growing segment agree on. The stable prefix ends at a word boundary (in Chinese and Japanese at a
 * character) and never shrinks within a segment, unless a later decode contradicts it. A word that ends the text may still grow and is not stable yet.
 */
export class PartialStabilizer {
  #last: Progress | undefined

  /** @param result of the segment as far as it was heard; segments come one after another */
  update(result: SpeechResult): PartialResult {
    const { segmentId, text, tokens, language, startMs, endMs } = result
    const last = this.#last?.segmentId === segmentId ? this.#last : undefined
    const stableLength = last === undefined ? 0 : stablePrefixLength(last, text)
    this.#last = { segmentId, text }
    return { segmentId, text, stableLength, tokens, language, startMs, endMs }
  }

  reset(): void {
    this.#last = undefined
  }
}

function stablePrefixLength(last: Progress, text: string): number {
  return lastBoundary(text, commonPrefixLength(last.text, text))
}

/** In UTF-16 units, never between the halves of a surrogate pair. */
function commonPrefixLength(first: string, second: string): number {
  let length = 0
  while (length < first.length && length < second.length) {
    const point = first.codePointAt(length) as number
    if (point !== second.codePointAt(length)) break
    length += point > 0xffff ? 2 : 1
  }
  return length
}

/** Longest length up to `common` that does not end in a letter of a word, which may still grow. */
function lastBoundary(text: string, common: number): number {
  let length = common
  for (let last = characterBefore(text, length); joins(last); last = characterBefore(text, length)) {
    length -= last.length
  }
  return length
}

function joins(character: string): boolean {
  return WORD_CHARACTER.test(character) && !UNSPACED.test(character)
}

function characterBefore(text: string, position: number): string {
  const low = text.charCodeAt(position - 1)
  const paired = low >= 0xdc00 && low <= 0xdfff && position >= 2
  return text.slice(position - (paired ? 2 : 1), position)
}
