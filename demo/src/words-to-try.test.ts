import { expect, test } from 'vitest'
import everything from '../../models/tiny/vocabulary.json'
import words from './words-to-try.json'

/** Everything the embedded model was trained on, by language; a phrase may also be several of them in a row. */
const vocabulary: Record<string, readonly string[]> = everything
const CODES: Record<string, string> = { 'zh-Hans': 'zh', en: 'en', 'yue-Hans': 'yue', ja: 'ja', ko: 'ko' }

function known(phrase: string, units: readonly string[]): boolean {
  const rest = phrase.replaceAll(/[\s?]/g, '')
  if (rest === '') return true
  return units
    .map((unit) => unit.replaceAll(/[\s?]/g, ''))
    .some((unit) => unit !== '' && rest.startsWith(unit) && known(rest.slice(unit.length), units))
}

test.each(words)(
  'every phrase suggested in $language is in the model’s vocabulary',
  ({ tag, words: phrases }) => {
    const units = vocabulary[CODES[tag] ?? ''] ?? []
    expect(phrases.filter((phrase) => !known(phrase, units))).toEqual([])
    expect(known('supercalifragilistic', units)).toBe(false)
  },
)
