import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PlayClock } from './play-clock.ts'

const never = new AbortController().signal

describe('how far a client has played', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  async function waitsMs(clock: PlayClock, mostMs: number, signal = never): Promise<number> {
    const beganMs = performance.now()
    const waited = clock.untilLeft(mostMs, signal).then(() => performance.now() - beganMs)
    await vi.advanceTimersByTimeAsync(60_000)
    return await waited
  }

  test('is waited for until no more than that is left', async () => {
    const clock = new PlayClock()
    clock.sent(3000)
    expect(await waitsMs(clock, 1000)).toBe(2000)
  })

  test('counts pieces behind each other, and none that went by', async () => {
    const clock = new PlayClock()
    clock.sent(200)
    clock.sent(300)
    expect(await waitsMs(clock, 0)).toBe(500)
    clock.sent(200)
    expect(await waitsMs(clock, 0)).toBe(200)
    expect(await waitsMs(clock, 0)).toBe(0)
  })

  test('is waited for no longer when nobody wants to know', async () => {
    const clock = new PlayClock()
    const stop = new AbortController()
    clock.sent(3000)
    setTimeout(() => stop.abort(), 700)
    expect(await waitsMs(clock, 0, stop.signal)).toBe(700)
    expect(await waitsMs(clock, 0, stop.signal)).toBe(0)
  })
})
