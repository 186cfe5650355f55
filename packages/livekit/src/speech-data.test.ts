import type { SpeechResult, SpeechToken } from '@sensevoice-web/engine'
import { scriptedResult } from '@sensevoice-web/engine/testing'
import { expect, test } from 'vitest'
import { joinedAnswer, speechData } from './speech-data.ts'
import { answerOfResult } from './utterance-answer.ts'
import { joinTexts, wordsOf } from './words.ts'

const segment = { id: 3, samples: new Float32Array(32_000), startSamples: 16_000 }

function tokens(...texts: string[]): SpeechToken[] {
  return texts.map((text, index) => ({
    text,
    id: index,
    startMs: index * 100,
    endMs: index * 100 + 60,
    probability: 1 - index / 10,
  }))
}

test('joins word pieces and punctuation into words with their times and the least certainty', () => {
  expect(wordsOf(tokens('turn', ' the', ' ligh', 'ts', '.'))).toEqual([
    { text: 'turn', startMs: 0, endMs: 60, confidence: 1 },
    { text: 'the', startMs: 100, endMs: 160, confidence: 0.9 },
    { text: 'lights.', startMs: 200, endMs: 460, confidence: 0.6 },
  ])
})

test('takes every Chinese character as a word, with its punctuation, also beside Latin ones', () => {
  expect(wordsOf(tokens('打', '开', 'wifi', '。', '好')).map(({ text }) => text)).toEqual([
    '打',
    '开',
    'wifi。',
    '好',
  ])
})

test('gives seconds on the clock of the session, the language, the confidence and all scores', () => {
  const data = speechData(answerOfResult(scriptedResult('three one', segment)), 10)
  expect(data).toMatchObject({ text: 'three one', language: 'en', startTime: 11, endTime: 13, confidence: 1 })
  expect(data.words?.map(({ text, startTime, endTime }) => [text, startTime, endTime])).toEqual([
    ['three', 11, 12],
    ['one', 12, 13],
  ])
  expect(data.metadata).toMatchObject({
    emotion: 'neutral',
    emotionScores: { neutral: 1, happy: 0 },
    emotionUnknown: 0,
    event: 'speech',
    eventScores: { speech: 1 },
    languageForced: false,
    languageScores: { en: 1 },
  })
})

test('leaves language scores out where the language was forced, and a language out where nobody spoke', () => {
  const forced = answerOfResult(scriptedResult('一', segment, { language: 'zh' }))
  expect(forced).toMatchObject({ language: 'zh', metadata: { languageForced: true } })
  expect('languageScores' in forced.metadata).toBe(false)
  const nobody: SpeechResult = { ...scriptedResult('', segment), language: 'nospeech' }
  expect(answerOfResult(nobody).language).toBe('')
})

test('joins the parts of a long turn: all words, times from first to last, scores of the longest', () => {
  const first = answerOfResult(scriptedResult('one two three', segment))
  const second = { ...first, text: 'four', startMs: 3000, endMs: 3500, confidence: 0.2, words: [] }
  expect(joinedAnswer([first, second])).toMatchObject({
    text: 'one two three four',
    startMs: 1000,
    endMs: 3500,
    confidence: 1,
  })
  expect(joinedAnswer([])).toBeUndefined()
  expect(joinTexts(['你好。', '再见', 'bye', ''])).toBe('你好。再见 bye')
})
