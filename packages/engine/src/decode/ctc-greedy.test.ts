import { expect, test } from 'vitest'
import { ctcGreedy } from './ctc-greedy.ts'

const path = (ids: number[], probabilities: number[] = ids.map(() => 0.5), blank = 0) =>
  ctcGreedy(Int32Array.from(ids), Float32Array.from(probabilities), blank)

test('a run is one token with its frames and its highest probability; blanks vanish', () => {
  expect(path([0, 0, 7, 7, 7, 0, 9], [1, 1, 0.25, 0.75, 0.5, 1, 0.125])).toEqual([
    { id: 7, startFrame: 2, endFrame: 5, probability: 0.75 },
    { id: 9, startFrame: 6, endFrame: 7, probability: 0.125 },
  ])
})

test('a blank between two runs of one id makes two tokens, without it they are one', () => {
  expect(path([7, 0, 7]).map((token) => token.startFrame)).toEqual([0, 2])
  expect(path([7, 7]).map((token) => token.startFrame)).toEqual([0])
})

test('the blank is the one the model says', () => {
  expect(path([0, 5, 0], [1, 1, 1], 5).map((token) => token.id)).toEqual([0, 0])
})

test('only blanks, and nothing, give no tokens', () => {
  expect(path([0, 0, 0])).toEqual([])
  expect(path([])).toEqual([])
})

test('lengths that differ are refused', () => {
  expect(() => path([1, 2], [0.5])).toThrow(/2 token ids but 1 probabilities/)
})
