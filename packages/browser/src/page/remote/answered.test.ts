import { SpeechError, type SpeechEvent } from '@sensevoice-web/engine'
import { scriptedResult } from '@sensevoice-web/engine/testing'
import { expect, test } from 'vitest'
import { Answered } from './answered.ts'

const start = (segmentId: number, startSamples: number): SpeechEvent => ({
  type: 'speech-start',
  segmentId,
  startSamples,
  startMs: startSamples / 16,
})
const end = (segmentId: number, endSamples: number): SpeechEvent => ({
  type: 'speech-end',
  segmentId,
  endSamples,
  endMs: endSamples / 16,
  reason: 'silence',
})
const result = (segmentId: number, startSamples: number, endSamples: number): SpeechEvent => ({
  type: 'result',
  result: scriptedResult('a', {
    id: segmentId,
    startSamples,
    samples: new Float32Array(endSamples - startSamples),
  }),
})

function after(...events: SpeechEvent[]): Answered {
  const answered = new Answered()
  for (const event of events) answered.take(event)
  return answered
}

test('before anything was said everything is without an answer', () => {
  expect(after().place).toEqual({ fromSamples: 0, segmentId: 0 })
})

test('a segment without a result is to be said again, under its own number', () => {
  const answered = after(start(0, 1600), end(0, 8000), start(1, 16_000))
  expect(answered.place).toEqual({ fromSamples: 1600, segmentId: 0 })
  expect(answered.told('speech-start', 1)).toBe(true)
  expect(answered.told('speech-end', 0)).toBe(true)
  expect(answered.told('speech-end', 1)).toBe(false)
  expect(answered.told('speech-start', 2)).toBe(false)
})

test('behind the last answer a new segment begins', () => {
  const answered = after(start(0, 1600), end(0, 8000), result(0, 1600, 8000))
  expect(answered.place).toEqual({ fromSamples: 8000, segmentId: 1 })
})

test('a result of a later segment settles the ones before it', () => {
  const answered = after(
    start(0, 100),
    end(0, 200),
    start(1, 300),
    end(1, 400),
    result(1, 300, 400),
    start(2, 500),
  )
  expect(answered.place).toEqual({ fromSamples: 500, segmentId: 2 })
})

test.each<[string, SpeechEvent]>([
  ['failed', { type: 'error', error: new SpeechError('inference-failed', 'it failed') }],
  ['was dropped', { type: 'overrun', where: 'recognizer', samples: 100, totalSamples: 100 }],
])('a segment that %s is the oldest that has ended', (_, event) => {
  const answered = after(start(0, 100), end(0, 200), start(1, 300), event)
  expect(answered.place).toEqual({ fromSamples: 300, segmentId: 1 })
})

test('lost sound, and a noise too short to be speech, have their answer', () => {
  const overrun: SpeechEvent = { type: 'overrun', where: 'capture', samples: 1, totalSamples: 1 }
  expect(after(start(0, 100), overrun).place).toEqual({ fromSamples: 100, segmentId: 0 })
  const discarded: SpeechEvent = {
    type: 'discarded',
    segmentId: 0,
    startMs: 10,
    endMs: 20,
    reason: 'too-short',
  }
  expect(after(start(0, 160), discarded).place).toEqual({ fromSamples: 320, segmentId: 1 })
})
