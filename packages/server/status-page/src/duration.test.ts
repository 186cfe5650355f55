import { describe, expect, test } from 'vitest'
import { formatDuration, formatSound } from './duration.ts'

describe('durations', () => {
  test.each([
    [-1, '0 s'],
    [0.9, '0 s'],
    [42.9, '42 s'],
    [60, '1 min'],
    [185, '3 min 5 s'],
    [3600, '1 h'],
    [7805, '2 h 10 min'],
    [356_400, '4 d 3 h'],
    [86_400 + 59, '1 d'],
  ])('%d s is %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text))

  test('short sound has tenths', () => {
    expect(formatSound(0)).toBe('0.0 s')
    expect(formatSound(3.14)).toBe('3.1 s')
    expect(formatSound(61)).toBe('1 min 1 s')
  })
})
