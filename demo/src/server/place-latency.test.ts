import { scriptedResult } from '@sensevoice-web/engine/testing'
import { expect, test } from 'vitest'
import { placeLatencies } from './place-latency.ts'

const timed = (timings: { endOfSpeechToResultMs?: number; networkMs?: number }) => {
  const result = scriptedResult('a', { id: 0, samples: new Float32Array(16_000), startSamples: 0 })
  return { ...result, timings: { ...result.timings, ...timings } }
}

test('spoken results are told apart by where they were analyzed', () => {
  const results = [
    timed({ endOfSpeechToResultMs: 640 }),
    timed({ endOfSpeechToResultMs: 700, networkMs: 30 }),
    timed({ endOfSpeechToResultMs: 660 }),
    timed({}),
    timed({ endOfSpeechToResultMs: 650 }),
  ]
  expect(placeLatencies(results)).toEqual({
    page: { results: 3, medianMs: 650 },
    server: { results: 1, medianMs: 700, networkMs: 30 },
  })
  expect(placeLatencies([timed({})])).toEqual({})
})
