import { scriptedResult } from '@sensevoice-web/engine/testing'
import { expect, test } from 'vitest'
import { latencyRows } from './latency-rows.ts'

const timed = (totalMs: number, endOfSpeechToResultMs?: number) => {
  const result = scriptedResult('a', { id: 0, samples: new Float32Array(16_000), startSamples: 0 })
  const timings = { frontEndMs: 1, inferenceMs: 2, decodeMs: 3, totalMs }
  return {
    ...result,
    timings: endOfSpeechToResultMs === undefined ? timings : { ...timings, endOfSpeechToResultMs },
  }
}

test('only stages that were measured get a row', () => {
  expect(latencyRows([]).length).toBe(0)
  expect(latencyRows([timed(6)]).map(({ stage }) => stage)).toEqual([
    'totalMs',
    'frontEndMs',
    'inferenceMs',
    'decodeMs',
  ])
  expect(latencyRows([timed(6, 700)])[0]?.name).toBe('End of speech to result')
})

test('the way to a server has a row of its own', () => {
  const result = timed(6, 700)
  const remote = { ...result, timings: { ...result.timings, networkMs: 12 } }
  expect(latencyRows([remote]).slice(0, 2)).toMatchObject([
    { name: 'End of speech to result' },
    { name: 'Network', summary: { p50: 12 } },
  ])
})

test('only the newest results count', () => {
  const results = Array.from({ length: 150 }, (_, index) => timed(index))
  const total = latencyRows(results).find(({ stage }) => stage === 'totalMs')
  expect(total?.summary).toMatchObject({ count: 100, min: 50, max: 149, p50: 99, p95: 144, p99: 148 })
})
