import type { PartialResult } from '../events.ts'
import type { SpeechResult } from './speech-result.ts'

/** Scripts written without spaces: every character is a boundary. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
const WORD_CHARACTER = /[\p{Letter}\p{Mark}\p{Number}'’]/u

interface Progress {
  readonly segmentId: number
  readonly text: string
  readonly stableLength: number
}

/**
 * Marks what successive decodes of a growing segment agree on. The stable prefix ends at a word boundary (in Chinese and Japanese at a
 * character) and never shrinks within a segment, unless a later decode contradicts it.
 */
export class PartialStabilizer {
  #last: Progress | undefined

  /** @param result of the segment as far as it was heard; segments come one after another */
  update(result: SpeechResult): PartialResult {
    const { segmentId, text, tokens, language, startMs, endMs } = result
    const last = this.#last?.segmentId === segmentId ? this.#last : undefined
    const stableLength = last === undefined ? 0 : stablePrefixLength(last, text)
    this.#last = { segmentId, text, stableLength }
    return { segmentId, text, stableLength, tokens, language, startMs, endMs }
  }

  reset(): void {
    this.#last = undefined
  }
}

function stablePrefixLength(last: Progress, text: string): number {
  const common = commonPrefixLength(last.text, text)
  const agreed = lastBoundary(last.text, text, common)
  return common >= last.stableLength ? Math.max(last.stableLength, agreed) : agreed
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

/** Longest length up to `common` at which neither text is inside a word. */
function lastBoundary(first: string, second: string, common: number): number {
  for (let length = common; length > 0; length -= 1) {
    if (!insideWord(first, length) && !insideWord(second, length)) return length
  }
  return 0
}

function insideWord(text: string, position: number): boolean {
  const before = characterBefore(text, position)
  const after = characterAt(text, position)
  return joins(before) && joins(after)
}

function joins(character: string): boolean {
  return WORD_CHARACTER.test(character) && !UNSPACED.test(character)
}

function characterAt(text: string, position: number): string {
  const point = text.codePointAt(position)
  return point === undefined ? '' : String.fromCodePoint(point)
}

function characterBefore(text: string, position: number): string {
  const low = text.charCodeAt(position - 1)
  const paired = low >= 0xdc00 && low <= 0xdfff && position >= 2
  return text.slice(position - (paired ? 2 : 1), position)
}
