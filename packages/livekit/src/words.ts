import type { SpeechToken } from '@sensevoice-web/engine'

/** A word with its punctuation, or one Chinese or Japanese character. Times in ms on the stream's clock. */
export interface TimedWord {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
  /** Of the least certain token in it, in [0, 1]. */
  readonly confidence: number
}

/** Scripts written without spaces. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
const BEGINS_UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
const WORD_CHARACTER = /^[\p{Letter}\p{Number}]/u

/** Joins word pieces into words: a leading space begins one, and so does every character of a script without spaces. */
export function wordsOf(tokens: readonly SpeechToken[]): readonly TimedWord[] {
  const words: TimedWord[] = []
  for (const { text, startMs, endMs, probability } of tokens) {
    const trimmed = text.trim()
    if (trimmed === '') continue
    const last = words.at(-1)
    const spaced = text !== text.trimStart()
    if (last === undefined || spaced || begins(last.text, trimmed)) {
      words.push({ text: trimmed, startMs, endMs, confidence: probability })
    } else {
      const confidence = Math.min(last.confidence, probability)
      words[words.length - 1] = { ...last, text: last.text + trimmed, endMs, confidence }
    }
  }
  return words
}

function begins(before: string, text: string): boolean {
  const lastCharacter = [...before].at(-1) ?? ''
  return BEGINS_UNSPACED.test(text) || (UNSPACED.test(lastCharacter) && WORD_CHARACTER.test(text))
}

/** Texts of consecutive utterances as one: with a space between, but not where a script without spaces meets itself. */
export function joinTexts(texts: readonly string[]): string {
  let joined = ''
  for (const text of texts) {
    if (text === '') continue
    const lastCharacter = [...joined.replace(/[\p{Punctuation}\s]+$/u, '')].at(-1) ?? ''
    const unspaced = UNSPACED.test(lastCharacter) && BEGINS_UNSPACED.test(text)
    joined += joined === '' || unspaced ? text : ` ${text}`
  }
  return joined
}
