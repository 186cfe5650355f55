import { expect, test } from 'vitest'
import { scoresOf } from './score-bars.ts'

test('scores keep the order of the names and leave out what the model does not know', () => {
  const scores = scoresOf({ a: 'A', b: 'B', c: 'C' }, { c: 0.25, a: 0.75 })
  expect(scores).toEqual([
    { name: 'A', probability: 0.75, strongest: true },
    { name: 'C', probability: 0.25, strongest: false },
  ])
})
