import { expect, test } from 'vitest'
import { formatBytes, formatLatency, formatPercent, formatTime } from './format.ts'

test('times grow from tenths to hours and never go below zero', () => {
  expect(formatTime(-5)).toBe('0:00.0')
  expect(formatTime(62_340)).toBe('1:02.3')
  expect(formatTime(59_960)).toBe('1:00.0')
  expect(formatTime(3_602_300)).toBe('1:00:02.3')
})

test('only certainty is shown as 0 or 100 per cent', () => {
  expect(formatPercent(0)).toBe('0 %')
  expect(formatPercent(0.001)).toBe('<1 %')
  expect(formatPercent(0.5)).toBe('50 %')
  expect(formatPercent(0.999)).toBe('>99 %')
  expect(formatPercent(1)).toBe('100 %')
})

test('sizes and latencies keep a sensible precision', () => {
  expect(formatBytes(2_345_678)).toBe('2.3 MB')
  expect(formatBytes(999)).toBe('1 kB')
  expect(formatLatency(3.456)).toBe('3.5')
  expect(formatLatency(123.4)).toBe('123')
})
