import { expect, test } from 'vitest'
import { seededRandom } from '../testing/seeded-random.ts'
import { LatencyStatistics } from './latency-statistics.ts'

test('agrees with sorting the newest hundred, at every step of a thousand', () => {
  const random = seededRandom(1)
  const statistics = new LatencyStatistics()
  const all: number[] = []
  for (let step = 0; step < 1000; step += 1) {
    const durationMs = Math.floor(random() * 50)
    all.push(durationMs)
    statistics.add(durationMs)
    const sorted = all.slice(-100).sort((first, second) => first - second)
    const at = (percent: number) => sorted[Math.ceil((percent * sorted.length) / 100) - 1]
    const summary = statistics.summary()
    expect(summary).toMatchObject({
      count: sorted.length,
      min: sorted[0],
      max: sorted.at(-1),
      p50: at(50),
      p95: at(95),
      p99: at(99),
    })
    expect(summary?.mean).toBeCloseTo(sorted.reduce((sum, value) => sum + value, 0) / sorted.length, 9)
  }
})

test('has no figures before the first measurement and after a reset', () => {
  const statistics = new LatencyStatistics(3)
  expect(statistics.summary()).toBe(undefined)
  statistics.add(5)
  expect(statistics.summary()).toMatchObject({ count: 1, min: 5, p50: 5, p99: 5, max: 5 })
  statistics.reset()
  expect(statistics.summary()).toBe(undefined)
  statistics.add(7)
  expect(statistics.summary()).toMatchObject({ count: 1, max: 7 })
})

test('what is no number is refused and spoils nothing', () => {
  const statistics = new LatencyStatistics()
  expect(() => statistics.add(Number.NaN)).toThrow(/finite/)
  expect(() => statistics.add(Infinity)).toThrow(/finite/)
  expect(statistics.summary()).toBe(undefined)
  expect(() => new LatencyStatistics(0)).toThrow(/capacity/)
})
