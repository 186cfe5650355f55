import { describe, expect, test } from 'vitest'
import { SpeechError } from '../errors.ts'
import { smallVocabulary } from '../testing/small-vocabulary.ts'
import { findTags } from './find-tags.ts'
import { parseVocabulary, Vocabulary } from './vocabulary.ts'

function errorOf(attempt: () => unknown): SpeechError {
  try {
    attempt()
  } catch (error) {
    if (error instanceof SpeechError) return error
  }
  throw new Error('no SpeechError was thrown')
}

describe('a token list', () => {
  test('is read in any order, with spaces in tokens, CRLF, a byte order mark and an empty last line', () => {
    const vocabulary = parseVocabulary('\uFEFF<unk> 0\r\na b 2\r\n  3\r\n▁the 1\r\n\r\n')
    expect(vocabulary.size).toBe(4)
    expect([0, 1, 2, 3, 4].map((id) => vocabulary.piece(id))).toEqual([
      '<unk>',
      '▁the',
      'a b',
      ' ',
      undefined,
    ])
    expect(vocabulary.idOf('a b')).toBe(2)
  })

  test('of FunASR is a JSON list in the order of ids', () => {
    const vocabulary = parseVocabulary('[\n  "<unk>", "▁the",\n  "[", "]"]')
    expect([vocabulary.size, vocabulary.text(1), vocabulary.idOf(']')]).toEqual([4, ' the', 3])
    for (const wrong of ['["a", "b', '["a", 2]']) {
      expect(errorOf(() => parseVocabulary(wrong)).code).toBe('model-corrupt')
    }
  })

  test('whose first token is a bracket is still read line by line', () => {
    expect(parseVocabulary('[ 0\n" 1\n').size).toBe(2)
  })

  test('of a wrong form is refused with the line or id', () => {
    const faults: [string, RegExp][] = [
      ['<unk> 0\nthe', /line 2/],
      ['<unk> 0\nthe x1', /line 2/],
      ['a 0\nb 0', /id 0 stands twice/],
      ['a 0\nb 2', /2 tokens but ids up to 2/],
      ['\n', /empty/],
    ]
    for (const [text, message] of faults) {
      const error = errorOf(() => parseVocabulary(text))
      expect(error.code).toBe('model-corrupt')
      expect(error.message).toMatch(message)
    }
  })

  test('turns word starts into spaces; tags and control tokens are no text, an angle bracket is', () => {
    const vocabulary = new Vocabulary(['<unk>', '<s>', '</s>', '<|zh|>', '▁the', '▁', '你', '<', '<3', '|'])
    const texts = Array.from({ length: 11 }, (_, id) => vocabulary.text(id))
    expect(texts).toEqual(['', '', '', '', ' the', ' ', '你', '<', '<3', '|', ''])
  })
})

describe('tags', () => {
  test('are found by name, in the order of their names', () => {
    const vocabulary = smallVocabulary()
    const tags = findTags(vocabulary)
    expect(tags.language.names).toEqual(['zh', 'en', 'yue', 'ja', 'ko', 'nospeech'])
    expect([...tags.emotion.ids].map((id) => vocabulary.piece(id))).toEqual([
      '<|NEUTRAL|>',
      '<|HAPPY|>',
      '<|SAD|>',
      '<|ANGRY|>',
      '<|SURPRISED|>',
      '<|FEARFUL|>',
      '<|DISGUSTED|>',
      '<|OTHER|>',
      '<|EMO_UNKNOWN|>',
    ])
    expect([...tags.textNorm.ids].map((id) => vocabulary.piece(id))).toEqual(['<|withitn|>', '<|woitn|>'])
  })

  const without = (...names: string[]) => {
    const full = smallVocabulary()
    const pieces = Array.from({ length: full.size }, (_, id) => full.piece(id) ?? '')
    return new Vocabulary(pieces.filter((piece) => !names.includes(piece)))
  }

  test('that only some models know may be missing', () => {
    const tags = findTags(without('<|OTHER|>', '<|GBG|>', '<|Cry|>'))
    expect(tags.emotion.names).not.toContain('other')
    expect(tags.event.names).not.toContain('cry')
    expect(tags.event.names).toContain('sneeze')
  })

  test('that are needed are all named when they are missing', () => {
    const error = errorOf(() => findTags(without('<|yue|>', '<|SAD|>', '<|woitn|>')))
    expect(error.code).toBe('model-unsupported')
    expect(error.message).toBe('the vocabulary has no <|yue|>, <|SAD|>, <|woitn|>')
    expect(findTags(without('<|yue|>'), ['zh', 'en']).language.names).not.toContain('yue')
  })
})
