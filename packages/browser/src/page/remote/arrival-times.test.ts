import { expect, test } from 'vitest'
import { ArrivalTimes } from './arrival-times.ts'

test('a position within a chunk came in as long before the chunk’s end as it lies before it', () => {
  const times = new ArrivalTimes()
  times.add(800, 50)
  times.add(1600, 100)
  expect(times.of(1600)).toBe(100)
  expect(times.of(1440)).toBe(90)
  expect(times.of(800)).toBe(50)
})

test('what is still to come has no time; what is forgotten has the oldest', () => {
  const times = new ArrivalTimes()
  expect(times.of(0)).toBe(undefined)
  times.add(800, 50)
  expect(times.of(801)).toBe(undefined)
  for (let chunk = 2; chunk <= 10_000; chunk += 1) times.add(chunk * 800, chunk * 50)
  expect(times.of(10_000 * 800)).toBe(500_000)
  expect(times.of(800)).toBeGreaterThan(50)
})
