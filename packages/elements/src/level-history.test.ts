import { expect, test } from 'vitest'
import { LevelHistory, loudness } from './level-history.ts'

test('loudness is logarithmic between -60 dB and full scale', () => {
  expect(loudness(0)).toBe(0)
  expect(loudness(0.0001)).toBe(0)
  expect(loudness(0.001)).toBeCloseTo(0)
  expect(loudness(0.0316)).toBeCloseTo(0.5, 2)
  expect(loudness(1)).toBe(1)
})

test('the newest bar is the last one and old ones fall out', () => {
  const history = new LevelHistory(3)
  for (const [rms, speaking] of [
    [1, false],
    [0.001, true],
    [1, true],
    [0.0316, false],
  ] as const) {
    history.push(rms, speaking)
  }
  const bars: [number, boolean][] = []
  history.forEach((_, height, speaking) => {
    bars.push([Math.round(height * 10) / 10, speaking])
  })
  expect(bars).toEqual([
    [0, true],
    [1, true],
    [0.5, false],
  ])
  history.clear()
  history.forEach((_, height) => {
    expect(height).toBe(0)
  })
})
