import { expect, test } from 'vitest'
import { Framer } from '../audio/framer.ts'
import { Resampler } from '../audio/resampler.ts'
import { Segmenter } from '../vad/segmenter.ts'

// An hour at 44.1 kHz, in the chunks a microphone gives; a burst every five minutes stands for speech. Its place is known from the input alone.
const RATE = 44_100
const HOUR_SECONDS = 3600
const BURST_EVERY_SECONDS = 300
const BURST_SECONDS = 1
const WINDOW_MS = 32

test('after an hour speech starts are told within one VAD window of the sound itself', () => {
  const resampler = new Resampler(RATE)
  const framer = new Framer()
  const segmenter = new Segmenter()
  const starts: number[] = []
  const chunk = new Float32Array(4410)
  let at = 0
  while (at < HOUR_SECONDS * RATE) {
    for (let index = 0; index < chunk.length; index += 1) {
      const phase = ((at + index) / RATE) % BURST_EVERY_SECONDS
      chunk[index] = phase >= 10 && phase < 10 + BURST_SECONDS ? (index % 100 < 50 ? 0.5 : -0.5) : 0
    }
    at += chunk.length
    for (const { samples, startSamples } of framer.push(resampler.push(chunk))) {
      const loud = samples.some((value) => Math.abs(value) > 0.1)
      for (const event of segmenter.push(startSamples, loud ? 1 : 0)) {
        if (event.type === 'speech-start') starts.push(event.startSamples)
      }
    }
  }
  expect(starts.length).toBe(HOUR_SECONDS / BURST_EVERY_SECONDS)
  const preRollMs = 320
  for (const [index, startSamples] of starts.entries()) {
    const trueStartMs = (index * BURST_EVERY_SECONDS + 10) * 1000
    const toldMs = startSamples / 16 + preRollMs
    // The window that holds the onset begins at most one window before it; nothing may be added over the hour.
    expect(toldMs - trueStartMs).toBeLessThanOrEqual(1)
    expect(toldMs - trueStartMs).toBeGreaterThan(-WINDOW_MS)
  }
  expect(
    starts
      .map((start, index) => start - (starts[0] ?? 0) - index * BURST_EVERY_SECONDS * 16_000)
      .every((drift) => Math.abs(drift) < 512),
  ).toBe(true)
}, 180_000)
