import { expect, test } from 'vitest'
import { SpeechError } from '../errors.ts'
import type { SpeechEvent } from '../events.ts'
import { scriptedResult } from '../testing/index.ts'
import { shiftedEvent } from './shifted-event.ts'

const SHIFT = { segments: 3, samples: 16_000 }

test('a result goes with its tokens', () => {
  const inner = scriptedResult('one two', { id: 1, samples: new Float32Array(32_000), startSamples: 800 })
  const event = shiftedEvent({ type: 'result', result: inner }, SHIFT)
  if (event.type !== 'result') throw new Error('it is one')
  const { result } = event
  expect(result).toMatchObject({
    segmentId: 4,
    startSamples: 16_800,
    endSamples: inner.endSamples + 16_000,
    startMs: inner.startMs + 1000,
    endMs: inner.endMs + 1000,
    text: 'one two',
  })
  expect(result.tokens.length).toBeGreaterThan(0)
  expect(result.tokens.map(({ startMs }) => startMs)).toEqual(
    inner.tokens.map(({ startMs }) => startMs + 1000),
  )
})

test.each<[SpeechEvent, object]>([
  [
    { type: 'speech-start', segmentId: 0, startMs: 10, startSamples: 160 },
    { segmentId: 3, startMs: 1010, startSamples: 16_160 },
  ],
  [
    { type: 'speech-end', segmentId: 0, endMs: 10, endSamples: 160, reason: 'silence' },
    { segmentId: 3, endMs: 1010, endSamples: 16_160, reason: 'silence' },
  ],
  [
    { type: 'discarded', segmentId: 0, startMs: 1, endMs: 2, reason: 'too-short' },
    { segmentId: 3, startMs: 1001, endMs: 1002 },
  ],
  [
    { type: 'analysis-progress', analyzedMs: 5, totalMs: 9000 },
    { analyzedMs: 1005, totalMs: 9000 },
  ],
  [
    { type: 'level', rms: 0, peak: 0, speechProbability: 0, speaking: false, positionMs: 5 },
    { positionMs: 1005 },
  ],
])('%j is moved', (event, moved) => {
  expect(shiftedEvent(event, SHIFT)).toMatchObject({ type: event.type, ...moved })
})

test('what has no place stays as it is', () => {
  const event: SpeechEvent = { type: 'error', error: new SpeechError('busy', 'full') }
  expect(shiftedEvent(event, SHIFT)).toBe(event)
})
