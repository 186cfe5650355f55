import { SpeechError, type SpeechResult } from '@sensevoice-web/engine'
import { seededRandom } from '@sensevoice-web/engine/testing'
import { describe, expect, test } from 'vitest'
import { byteLength } from '../fitted.ts'
import { DEVICE_REPLY_BYTES, writeDeviceError, writeDeviceReply } from './device-reply.ts'
import { readDeviceRequest } from './device-request.ts'
import { fiveEmotions } from './five-emotions.ts'

const result = (text: string): SpeechResult => ({
  segmentId: 0,
  text,
  tokens: [],
  language: 'en',
  languageForced: false,
  languageScores: { en: 0.9, zh: 0.1 },
  emotion: 'happy',
  emotionScores: {
    neutral: 0.2,
    happy: 0.4,
    sad: 0,
    angry: 0.1,
    surprised: 0.1,
    fearful: 0.15,
    disgusted: 0.05,
  },
  emotionUnknown: 0.3,
  emotionScoresWithUnknown: {
    neutral: 0.14,
    happy: 0.28,
    sad: 0,
    angry: 0.07,
    surprised: 0.07,
    fearful: 0.1,
    disgusted: 0.04,
    unknown: 0.3,
  },
  event: 'speech',
  eventScores: { speech: 1 },
  confidence: 0.93,
  withItn: true,
  startMs: 0,
  endMs: 1000,
  startSamples: 0,
  endSamples: 16_000,
  timings: { frontEndMs: 1, inferenceMs: 2, decodeMs: 0, totalMs: 3 },
})

describe('readDeviceRequest', () => {
  test('reads PCM16 little-endian from hexadecimal digits of either case', () => {
    const { samples, sampleRate, final } = readDeviceRequest(
      '{"audio":"0000ff7f0080FFFF","sample_rate":8000}',
    )
    expect([...samples]).toEqual([0, 32_767 / 32_768, -1, -1 / 32_768])
    expect([sampleRate, final]).toEqual([8000, false])
  })

  test('takes 16 kHz for granted, and knows the options', () => {
    expect(readDeviceRequest('{"audio":"","language":"ja","itn":false,"final":true}')).toEqual({
      samples: new Float32Array(0),
      sampleRate: 16_000,
      language: 'ja',
      withItn: false,
      final: true,
    })
  })

  test.each([
    ['', 'no JSON'],
    ['[]', 'JSON object'],
    ['{"audio":5}', '"audio"'],
    ['{"audio":"000"}', 'multiple of 4'],
    ['{"audio":"00zz"}', 'no hexadecimal'],
    ['{"audio":"0000","sample_rate":"16000"}', '"sample_rate"'],
    ['{"audio":"0000","sample_rate":4000}', '"sample_rate"'],
    ['{"audio":"0000","language":"fr"}', '"language"'],
    ['{"audio":"0000","final":1}', '"final"'],
  ])('refuses %s', (text, words) => {
    expect(() => readDeviceRequest(text)).toThrow(words)
  })

  test('100,000 messages of noise are each read or refused', () => {
    const random = seededRandom(1)
    const alphabet = '{}[]":,0123456789abcdefAUDIOaudiosample_rate\\u \n'
    const valid = '{"audio":"00010203","sample_rate":16000,"final":false}'
    let refused = 0
    for (let round = 0; round < 100_000; round += 1) {
      const letters = [...valid]
      for (let change = 0; change < 1 + random() * 4; change += 1) {
        letters[Math.floor(random() * letters.length)] = alphabet[
          Math.floor(random() * alphabet.length)
        ] as string
      }
      try {
        readDeviceRequest(letters.join('').slice(0, random() < 0.2 ? random() * 60 : undefined))
      } catch (error) {
        if (!(error instanceof SpeechError)) throw error
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(10_000)
  })
})

describe('writeDeviceReply', () => {
  test('folds seven emotions into five that sum to one', () => {
    const reply = JSON.parse(writeDeviceReply(result('hello'), { final: true, latencyMs: 41.6 }))
    expect(reply).toEqual({
      text: 'hello',
      emotion: 'happy',
      emotion_scores: { neutral: 0.2, happy: 0.4, sad: 0, angry: 0.15, surprised: 0.25 },
      language: 'en',
      language_scores: { en: 0.9, zh: 0.1 },
      confidence: 0.93,
      latency_ms: 42,
      final: true,
    })
  })

  test('says that nothing is known before anything is', () => {
    expect(JSON.parse(writeDeviceReply(undefined, { final: false, latencyMs: 0 }))).toMatchObject({
      text: '',
      emotion: 'neutral',
      language: 'nospeech',
      language_scores: { nospeech: 1 },
      confidence: 0,
    })
  })

  test.each(['a', '语', '😀', '"', '\u0001'])('fits a buffer of 4096 bytes with 5000 times %j', (letter) => {
    const reply = writeDeviceReply(result(letter.repeat(5000)), { final: true, latencyMs: 1 })
    expect(new TextEncoder().encode(reply).length).toBeLessThanOrEqual(DEVICE_REPLY_BYTES)
    const { text, truncated } = JSON.parse(reply)
    expect(truncated).toEqual(['text'])
    expect(letter.repeat(5000).startsWith(text)).toBe(true)
    expect(text.length).toBeGreaterThan(500)
  })

  test('an error says what to do, and when', () => {
    const error = new SpeechError('busy', 'too many devices', { hint: 'Try again.' })
    expect(JSON.parse(writeDeviceError(error, 1200.4))).toEqual({
      error: 'too many devices. Try again.',
      code: 'busy',
      retry_after_ms: 1200,
    })
  })
})

test('the most probable of five is told, also where it is a sum', () => {
  const { emotion } = fiveEmotions({
    neutral: 0.3,
    happy: 0,
    sad: 0,
    angry: 0.2,
    surprised: 0,
    fearful: 0.2,
    disgusted: 0.3,
  })
  expect(emotion).toBe('angry')
})

test.each(['', 'abc', 'é', '语音', '😀a', '\ud83d\ude00'])('counts the bytes of %j', (text) => {
  expect(byteLength(text)).toBe(new TextEncoder().encode(text).length)
})
