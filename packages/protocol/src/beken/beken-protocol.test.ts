import { SpeechError } from '@sensevoice-web/engine'
import { scriptedResult, seededRandom } from '@sensevoice-web/engine/testing'
import { describe, expect, test } from 'vitest'
import { dialectOf } from '../first-message.ts'
import { byteLength } from '../fitted.ts'
import { readBekenMessage } from './client-messages.ts'
import { packBekenFrame, readBekenFrame } from './frame.ts'
import { writeBekenResult } from './server-messages.ts'

const FULL = {
  type: 'hello',
  config: { version: 2, audio: { to_server: { format: 'OPUS', sample_rate: 24_000 }, from_server: {} } },
}

describe('readBekenMessage', () => {
  test('reads both builds, and no rate', () => {
    expect(readBekenMessage(JSON.stringify(FULL))).toEqual({ type: 'hello', format: 'opus' })
    expect(readBekenMessage('{"type":"hello","interact_mode":3}')).toEqual({ type: 'hello' })
    const update = {
      type: 'session.update',
      input_audio_format: 'pcm',
      input_audio_rate: 24_000,
      cloud_vad: 0,
    }
    expect(readBekenMessage(JSON.stringify(update))).toEqual({ type: 'session.update', format: 'pcm' })
    expect(readBekenMessage('{"type":"flow_control","flag":"idle"}')).toEqual({ type: 'flow_control' })
  })

  test('both builds are known by their first message', () => {
    expect(dialectOf(JSON.stringify(FULL))).toBe('beken')
    expect(dialectOf('{"type":"hello","interact_mode":4}')).toBe('beken')
    expect(dialectOf('{"type":"session.update"}')).toBe('beken')
  })

  test.each([
    ['{"type":"session.update","input_audio_format":"g722"}', 'g722'],
    ['{"type":"hello","config":{}}', '"audio"'],
    ['{"type":"other"}', '"type"'],
  ])('refuses %s', (text, words) => {
    expect(() => readBekenMessage(text)).toThrow(words)
  })

  test('100,000 messages and frames of noise are each read or refused', () => {
    const random = seededRandom(6)
    const valid = JSON.stringify(FULL)
    for (let round = 0; round < 100_000; round += 1) {
      const letters = [...valid]
      for (let change = 0; change < 1 + random() * 3; change += 1) {
        letters[Math.floor(random() * letters.length)] = String.fromCharCode(32 + random() * 95)
      }
      const bytes = Uint8Array.from({ length: random() * 24 }, (_, at) => [0xd5, 0xf0][at] ?? random() * 4)
      for (const read of [() => readBekenMessage(letters.join('')), () => readBekenFrame(bytes)]) {
        try {
          read()
        } catch (error) {
          if (!(error instanceof SpeechError)) throw error
        }
      }
    }
  })
})

test('a frame gives its sound, and is refused when it says another length', () => {
  const frame = Uint8Array.of(0xd5, 0xf0, 0, 0, 1, 0, 0, 0, 7, 0, 2, 0, 0, 0, 0, 0, 42, 43)
  expect([...readBekenFrame(frame)]).toEqual([42, 43])
  expect(packBekenFrame(Uint8Array.of(42, 43), { timestampMs: 1, sequence: 65_536 + 7 })).toEqual(frame)
  expect(() => readBekenFrame(frame.subarray(0, 17))).toThrow(SpeechError)
  expect(() => readBekenFrame(frame.subarray(2))).toThrow(SpeechError)
  for (const length of [0, 65_536]) {
    expect(() => packBekenFrame(new Uint8Array(length), { timestampMs: 0, sequence: 0 })).toThrow(SpeechError)
  }
})

test.each(['a', '语', '"'])('an utterance fits 4096 bytes with 5000 times %s', (letter) => {
  const segment = { id: 0, samples: new Float32Array(0), startSamples: 0 }
  for (const text of writeBekenResult(scriptedResult(letter.repeat(5000), segment))) {
    expect(byteLength(text)).toBeLessThan(4096)
    expect(JSON.parse(text).truncated).toEqual(['text'])
  }
})
