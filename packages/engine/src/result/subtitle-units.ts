import type { SpeechResult } from './speech-result.ts'

/** The smallest piece of text a subtitle may break at: a word with its punctuation, or a Chinese or Japanese character. */
export interface SubtitleUnit {
  /** Without white space around it. */
  readonly text: string
  /** Whether a space stands between it and the unit before on the same line. */
  readonly spaced: boolean
  readonly startMs: number
  readonly endMs: number
}

/** Scripts written without spaces. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
const OPENING = /[\p{Ps}\p{Pi}]$/u
/** What may begin a unit although no space stands in front of it. */
const BEGINS_UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Ps}\p{Pi}]/u
const WORD_CHARACTER = /^[\p{Letter}\p{Number}]/u

/** Characters that fill two columns of a subtitle line. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uff60]/u

/** Columns a text fills: 1 for each character, 2 for East Asian ones. */
export function columns(text: string): number {
  let sum = 0
  for (const character of text) sum += WIDE.test(character) ? 2 : 1
  return sum
}

/**
 * Joins a result's tokens into units with their times.
 *
 * @param maxColumns what is wider than this is taken apart between characters, its time shared out evenly
 */
export function subtitleUnits(result: SpeechResult, maxColumns: number): readonly SubtitleUnit[] {
  const { text, startMs, endMs } = result
  const tokens = result.tokens.length > 0 ? result.tokens : [{ text, startMs, endMs }]
  const units: SubtitleUnit[] = []
  for (const token of tokens) {
    const trimmed = token.text.trim()
    if (trimmed === '') continue
    const last = units.at(-1)
    const spaced = token.text !== token.text.trimStart()
    if (last === undefined || spaced || beginsUnit(last.text, trimmed)) {
      units.push({ text: trimmed, spaced, startMs: token.startMs, endMs: token.endMs })
    } else {
      units[units.length - 1] = { ...last, text: last.text + trimmed, endMs: token.endMs }
    }
  }
  return units.flatMap((unit) => narrowed(unit, maxColumns))
}

function beginsUnit(before: string, text: string): boolean {
  if (OPENING.test(before)) return false
  const lastCharacter = [...before].at(-1) ?? ''
  return BEGINS_UNSPACED.test(text) || (UNSPACED.test(lastCharacter) && WORD_CHARACTER.test(text))
}

function narrowed(unit: SubtitleUnit, maxColumns: number): readonly SubtitleUnit[] {
  if (columns(unit.text) <= maxColumns) return [unit]
  const parts: string[] = ['']
  for (const character of unit.text) {
    const part = parts.at(-1) ?? ''
    if (part !== '' && columns(part + character) > maxColumns) parts.push(character)
    else parts[parts.length - 1] = part + character
  }
  const partMs = (unit.endMs - unit.startMs) / parts.length
  return parts.map((text, index) => ({
    text,
    spaced: index === 0 && unit.spaced,
    startMs: unit.startMs + index * partMs,
    endMs: unit.startMs + (index + 1) * partMs,
  }))
}
