import { expect, test } from 'vitest'
import { readArguments } from './read-arguments.ts'

test('takes the defaults', () => {
  expect(readArguments(['analyze', 'a.wav', 'b.wav'])).toEqual({
    type: 'analyze',
    arguments: { files: ['a.wav', 'b.wav'], format: 'text', language: 'auto', withItn: true, vad: true },
  })
})

test('takes every option, in front of the files or behind', () => {
  const options = ['--json', '--model', 'm', '--language=yue', '--no-itn', '--no-vad']
  const wanted = {
    type: 'analyze',
    arguments: {
      files: ['a.wav'],
      format: 'json',
      modelDir: 'm',
      language: 'yue',
      withItn: false,
      vad: false,
    },
  }
  expect(readArguments(['analyze', 'a.wav', ...options])).toEqual(wanted)
  expect(readArguments([...options, 'analyze', 'a.wav'])).toEqual(wanted)
})

test.each([
  [['-h'], { type: 'help' }],
  [['analyze', '--help'], { type: 'help' }],
  [['--version'], { type: 'version' }],
])('%j asks for text', (argv, wanted) => {
  expect(readArguments(argv)).toEqual(wanted)
})

test.each([
  [['analyze', 'a.wav', '--speed'], /--speed/],
  [['analyze', 'a.wav', '--model'], /--model/],
  [['analyze', 'a.wav', '--json=yes'], /--json/],
  [['analyze'], /no file/],
  [[], /no command/],
  [['transcribe', 'a.wav'], /"transcribe"/],
  [['analyze', 'a.wav', '--language', 'de'], /"de".*zh, en, yue, ja, ko/],
  [['analyze', 'a.wav', '--language', 'nospeech'], /"nospeech"/],
  [['analyze', 'a.wav', '--json', '--srt'], /--json, --srt/],
  [['analyze', 'a.wav', 'b.wav', '--vtt'], /--vtt writes the subtitles of one file/],
])('%j is wrong and says why', (argv, message) => {
  expect(readArguments(argv)).toEqual({ type: 'wrong', message: expect.stringMatching(message) })
})
