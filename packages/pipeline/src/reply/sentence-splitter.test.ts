import { describe, expect, test } from 'vitest'
import { SentenceSplitter } from './sentence-splitter.ts'

function split(pieces: Iterable<string>, longest?: number): string[] {
  const splitter = new SentenceSplitter(longest)
  return [...[...pieces].flatMap((piece) => splitter.push(piece)), ...splitter.flush()]
}

const TEXTS: readonly (readonly [string, readonly string[]])[] = [
  ['Hello there. How are you? Fine!', ['Hello there.', 'How are you?', 'Fine!']],
  ['你好。今天天气怎么样？很好！走吧', ['你好。', '今天天气怎么样？', '很好！', '走吧']],
  ['你好!我是小明.我们走', ['你好!', '我是小明.', '我们走']],
  ['「行こう。」と彼は言った。', ['「行こう。」', 'と彼は言った。']],
  ['안녕하세요. 잘 지내요?', ['안녕하세요.', '잘 지내요?']],
  ['It costs 3.14 euros. Pi is 3. Really.', ['It costs 3.14 euros.', 'Pi is 3.', 'Really.']],
  [
    'Dr. Smith met J. Doe, e.g. at 5 a.m. in the U.S. office. Yes.',
    ['Dr. Smith met J. Doe, e.g. at 5 a.m. in the U.S. office.', 'Yes.'],
  ],
  ['Wait... what? I see... Then go.', ['Wait... what?', 'I see...', 'Then go.']],
  ['我不知道……也许吧。好', ['我不知道……也许吧。', '好']],
  ['He said "Stop!" Then he left. (Really.) Yes.', ['He said "Stop!"', 'Then he left.', '(Really.)', 'Yes.']],
  ['What?! No way!! 真的？！是', ['What?!', 'No way!!', '真的？！', '是']],
  ['See example.com/a?b=1 and v1.2.3 now. Done.', ['See example.com/a?b=1 and v1.2.3 now.', 'Done.']],
  ['**Bold.** Then 2.*3 and _so._ End', ['**Bold.**', 'Then 2.*3 and _so._', 'End']],
  ['1. Milk\n2. Bread\n\n- Eggs', ['1. Milk', '2. Bread', '- Eggs']],
  ['😀! Hi. 👍', ['😀! Hi.']],
  ['  \n ... \n', []],
]

describe('sentences of a growing text', () => {
  test.each(TEXTS)('%j', (text, sentences) => {
    expect(split([text])).toEqual(sentences)
  })

  test.each(TEXTS)('are the same letter by letter: %j', (text, sentences) => {
    expect(split(text)).toEqual(sentences)
  })

  test('come as soon as what follows leaves no doubt', () => {
    const splitter = new SentenceSplitter()
    expect(splitter.push('Hello')).toEqual([])
    expect(splitter.push('.')).toEqual([])
    expect(splitter.push(' ')).toEqual(['Hello.'])
  })

  test('come when nothing follows for a while, but not half a decimal, an abbreviation or a pause', () => {
    for (const [text, sentences] of [
      ['Hello.', ['Hello.']],
      ['你好。', ['你好。']],
      ['It is 3.', []],
      ['Ask Dr.', []],
      ['Well...', []],
      ['Hello', []],
      ['👍!', []],
    ] as const) {
      const splitter = new SentenceSplitter()
      splitter.push(text)
      expect(splitter.mayEnd, text).toBe(sentences.length > 0)
      expect(splitter.settle(), text).toEqual(sentences)
    }
  })

  test('lose no letter when a closing quote comes late', () => {
    const splitter = new SentenceSplitter()
    splitter.push('“你好。')
    expect(splitter.settle()).toEqual(['“你好。'])
    expect([...splitter.push('”他说。走'), ...splitter.flush()]).toEqual(['”他说。', '走'])
  })
})

describe('a sentence that is too long', () => {
  test('is cut between clauses', () => {
    expect(split(['one two three four, five six seven eight nine ten'], 30)).toEqual([
      'one two three four,',
      'five six seven eight nine ten',
    ])
  })

  test('is cut between words, in any language, and nothing is lost', () => {
    const english = 'word '.repeat(100).trim()
    const chinese = '今天天气很好我们去公园'.repeat(20)
    for (const text of [english, chinese]) {
      const sentences = split([text], 50)
      expect(Math.max(...sentences.map((sentence) => sentence.length))).toBeLessThanOrEqual(50)
      expect(sentences.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
    }
    expect(split([english], 50).every((sentence) => /^(word ?)+$/.test(sentence))).toBe(true)
  })

  test('is cut without a word border too, never inside a character', () => {
    const text = `a${'𠮷'.repeat(30)}${'x'.repeat(70)}`
    const sentences = split([text], 20)
    expect(sentences.join('')).toBe(text)
    for (const sentence of sentences) expect(() => encodeURIComponent(sentence)).not.toThrow()
  })

  test('does not hold back what comes without end', () => {
    const splitter = new SentenceSplitter(100)
    const sentences = splitter.push('x'.repeat(1_000_000))
    expect(sentences).toHaveLength(9999)
  })
})

test('a length of nonsense is refused', () => {
  for (const longest of [0, 19, 30.5, Number.NaN]) {
    expect(() => new SentenceSplitter(longest)).toThrowError(
      expect.objectContaining({ code: 'invalid-argument' }),
    )
  }
})
