import { expect, test } from 'vitest'
import { wait, waitMs } from './back-off.ts'

test('without a wish of the server the pauses double up to a minute', () => {
  expect([1, 2, 3, 4, 20].map((failures) => waitMs(failures, null, 0))).toEqual([
    1000, 2000, 4000, 8000, 60_000,
  ])
})

test('Retry-After is taken as seconds or as a date', () => {
  expect(waitMs(1, '7', 0)).toBe(7000)
  expect(waitMs(1, 'Thu, 01 Jan 1970 00:00:09 GMT', 2000)).toBe(7000)
  expect(waitMs(1, 'Thu, 01 Jan 1970 00:00:09 GMT', 20_000)).toBe(0)
  expect(waitMs(3, 'soon', 0)).toBe(4000)
})

test('a pause ends at once when the signal is aborted', async () => {
  const controller = new AbortController()
  const pause = wait(60_000, controller.signal)
  controller.abort(new Error('left'))
  await expect(pause).rejects.toThrow('left')
  await expect(wait(60_000, controller.signal)).rejects.toThrow('left')
})
