import { expect, test } from 'vitest'
import { until } from '../test-data/with-stand-in.ts'
import { tone } from '../testing/stand-in-step.ts'
import { OrderedSpeech } from './ordered-speech.ts'
import type { SpeechPiece } from './voice.ts'

const limits = { firstMs: 1000, betweenMs: 1000, totalMs: 10_000 }

/** Speaks without end, and does not look at its signal. */
class DeafVoice {
  pieces = 0
  speaking = 0

  async *speak(): AsyncGenerator<SpeechPiece> {
    this.speaking += 1
    try {
      for (;;) {
        this.pieces += 1
        yield { pcm: tone(200), sampleRate: 24_000 }
      }
    } finally {
      this.speaking -= 1
    }
  }
}

test('the end of all frees voices that wait for room, and is no error', async () => {
  const voice = new DeafVoice()
  const end = new AbortController()
  const options = { voice, limits, longestSpeechMs: 600_000, ahead: 3, signal: end.signal }
  const speech = new OrderedSpeech<{ readonly text: string }>(options)
  for (const text of ['one', 'two', 'three', 'four']) speech.add({ text })
  const blocks = speech.blocks()
  await blocks.next()
  let before = -1
  await until(() => {
    const still = voice.pieces === before
    before = voice.pieces
    return still
  })
  expect(voice.speaking).toBe(3)
  // 1 MiB each, in pieces of 9600 bytes.
  expect(voice.pieces).toBeLessThanOrEqual(3 * 111)
  end.abort()
  expect(await blocks.next()).toEqual({ done: true, value: undefined })
  await until(() => voice.speaking === 0)
  speech.add({ text: 'five' })
  expect(voice.speaking).toBe(0)
})
