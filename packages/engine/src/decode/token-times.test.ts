import { expect, test } from 'vitest'
import { tokenTimes } from './token-times.ts'

const token = (startFrame: number, endFrame: number) => ({ id: 1, startFrame, endFrame, probability: 1 })

test('frames lie 60 ms apart from the start of the segment on', () => {
  expect(tokenTimes([token(0, 1), token(1, 3)], 1000, 5000)).toEqual([
    { startMs: 1000, endMs: 1060 },
    { startMs: 1060, endMs: 1180 },
  ])
})

test('a token sounds until the next one across 300 ms, across more it ends with its run', () => {
  const [near] = tokenTimes([token(2, 3), token(8, 9)], 0, 5000)
  expect(near).toEqual({ startMs: 120, endMs: 480 })
  const [far] = tokenTimes([token(2, 3), token(9, 10)], 0, 5000)
  expect(far).toEqual({ startMs: 120, endMs: 180 })
})

test('no token lies after the end of the segment', () => {
  expect(tokenTimes([token(3, 6)], 100, 300)).toEqual([{ startMs: 280, endMs: 300 }])
})
