import { expect, test } from 'vitest'
import { readFunasrMessage } from './funasr-answer.ts'
import { readTags } from './funasr-tags.ts'

test('takes tags out of a text and tells what they say', () => {
  expect(readTags('<|zh|><|NEUTRAL|><|Speech|><|woitn|>打开灯')).toEqual({
    text: '打开灯',
    language: 'zh',
    emotion: 'neutral',
    event: 'speech',
  })
})

test('takes the first of each kind that says something, over several stretches', () => {
  const tagged =
    '<|nospeech|><|EMO_UNKNOWN|><|BGM|><|withitn|> <|en|><|ANGRY|><|Laughter|><|withitn|>Stop it.'
  expect(readTags(tagged)).toEqual({ text: 'Stop it.', language: 'en', emotion: 'angry', event: 'bgm' })
})

test('bears what a punctuation model makes of tags, and text without any', () => {
  expect(readTags('< | YUE | > < | happy | >早晨')).toEqual({
    text: '早晨',
    language: 'yue',
    emotion: 'happy',
  })
  expect(readTags('plain < text | with > signs')).toEqual({
    text: 'plain < text | with > signs',
    language: '',
  })
})

test('reads messages of both servers, and nothing into what is none', () => {
  expect(readFunasrMessage('{"mode":"offline","text":"a","is_final":true,"timestamp":"[[0,60]]"}')).toEqual({
    mode: 'offline',
    text: 'a',
    isFinal: true,
    timestamps: [[0, 60]],
  })
  expect(readFunasrMessage('{"mode":"offline","text":"a","timestamp":"broken"}')?.timestamps).toEqual([])
  expect(readFunasrMessage('{"mode":"offline","text":"a","timestamp":[[0,"x"]]}')?.timestamps).toEqual([])
  for (const data of ['', 'null', '[]', '{"text":"a"}', '{"mode":"offline"}']) {
    expect(readFunasrMessage(data)).toBeUndefined()
  }
})
