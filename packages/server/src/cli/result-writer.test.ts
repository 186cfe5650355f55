import type { SpeechResult } from '@sensevoice-web/engine'
import { scriptedResult } from '@sensevoice-web/engine/testing'
import { expect, test } from 'vitest'
import { resultWriter } from './result-writer.ts'

const spoken = scriptedResult('hello', { id: 0, samples: new Float32Array(16_000), startSamples: 8000 })

function textLine(change: Partial<SpeechResult>): string {
  return resultWriter('text', 'a.wav', false).result({ ...spoken, ...change })
}

test('a line for people has the time, the scores and the words', () => {
  expect(textLine({})).toMatch(/^\[0:00\.5 - 0:01\.5\] .*emotion neutral 100%.*: hello\n$/)
})

test('an emotion that the model is mostly unsure of is called unknown', () => {
  const emotionScoresWithUnknown = { ...spoken.emotionScoresWithUnknown, neutral: 0.1, unknown: 0.9 }
  expect(textLine({ emotionUnknown: 0.9, emotionScoresWithUnknown })).toContain('emotion unknown 90%')
})

test('a file without speech says so, under its name where there are several', () => {
  expect(resultWriter('text', 'a.wav', false).end()).toBe('(no speech found)\n')
  expect(resultWriter('text', 'a.wav', true).end()).toBe('a.wav\n(no speech found)\n')
})
