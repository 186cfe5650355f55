import { expect, test } from 'vitest'
import { noise } from '../testing/signals.ts'
import { SileroContext } from './silero-context.ts'

test('every window has the 64 samples before it in front, the first one silence', () => {
  const sound = noise(1, { samples: 5 * 512 })
  const padded = new Float32Array(64 + sound.length)
  padded.set(sound, 64)
  const context = new SileroContext()
  for (let window = 0; window < 5; window += 1) {
    const input = context.next(sound.subarray(window * 512, (window + 1) * 512))
    expect([...input]).toEqual([...padded.subarray(window * 512, window * 512 + 576)])
  }
})

test('reset forgets the window before', () => {
  const context = new SileroContext()
  const window = new Float32Array(512).fill(1)
  context.next(window)
  context.reset()
  const input = context.next(window)
  expect(input.subarray(0, 64).every((sample) => sample === 0)).toBe(true)
  expect(input.subarray(64).every((sample) => sample === 1)).toBe(true)
})

test('a window of another length is refused and leaves the context as it was', () => {
  const context = new SileroContext()
  context.next(new Float32Array(512).fill(1))
  expect(() => context.next(new Float32Array(511))).toThrow(/512 samples, got 511/)
  expect(context.next(new Float32Array(512))[63]).toBe(1)
})
