import { SpeechError } from '@sensevoice-web/engine'
import { scriptedResult, seededRandom } from '@sensevoice-web/engine/testing'
import { describe, expect, test } from 'vitest'
import { byteLength } from '../fitted.ts'
import { readXiaozhiMessage } from './client-messages.ts'
import { packXiaozhiFrame, readXiaozhiFrame } from './frame.ts'
import { writeXiaozhiAlert, writeXiaozhiHello, writeXiaozhiResult, xiaozhiOta } from './server-messages.ts'

const HELLO = {
  type: 'hello',
  version: 1,
  features: { mcp: true },
  transport: 'websocket',
  audio_params: { format: 'opus', sample_rate: 16_000, channels: 1, frame_duration: 60 },
}

describe('readXiaozhiMessage', () => {
  test('reads what firmware says', () => {
    expect(readXiaozhiMessage(JSON.stringify(HELLO))).toEqual({ type: 'hello', version: 1 })
    expect(readXiaozhiMessage('{"session_id":"s","type":"listen","state":"start","mode":"manual"}')).toEqual({
      type: 'listen',
      state: 'start',
      mode: 'manual',
    })
    expect(readXiaozhiMessage('{"type":"listen","state":"stop"}')).toEqual({ type: 'listen', state: 'stop' })
    expect(readXiaozhiMessage('{"type":"abort","reason":"wake_word_detected"}')).toEqual({ type: 'abort' })
  })

  test.each(['{"type":"listen"}', '{"type":"listen","state":"start","mode":"x"}', '{"type":"x"}', '1', ''])(
    'refuses %s',
    (text) => {
      expect(() => readXiaozhiMessage(text)).toThrow(SpeechError)
    },
  )

  test('100,000 messages of noise are each read or refused', () => {
    const random = seededRandom(5)
    const valid = JSON.stringify(HELLO)
    for (let round = 0; round < 100_000; round += 1) {
      const letters = [...valid]
      for (let change = 0; change < 1 + random() * 3; change += 1) {
        letters[Math.floor(random() * letters.length)] = String.fromCharCode(32 + random() * 95)
      }
      try {
        readXiaozhiMessage(letters.join(''))
      } catch (error) {
        if (!(error instanceof SpeechError)) throw error
      }
    }
  })
})

describe('readXiaozhiFrame', () => {
  const opus = Uint8Array.of(1, 2, 3)
  const second = Uint8Array.of(0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 3, ...opus)
  const third = Uint8Array.of(0, 0, 0, 3, ...opus)

  test('takes the packet out of each version', () => {
    for (const [bytes, version] of [
      [opus, 1],
      [second, 2],
      [third, 3],
    ] as const) {
      expect([...(readXiaozhiFrame(bytes, version) ?? [])]).toEqual([1, 2, 3])
    }
  })

  test('a device writes them the same way', () => {
    expect(packXiaozhiFrame(opus, 1, 9)).toEqual(opus)
    expect(packXiaozhiFrame(opus, 2, 9)).toEqual(second)
    expect(packXiaozhiFrame(opus, 3, 9)).toEqual(third)
    expect(() => packXiaozhiFrame(new Uint8Array(65_536), 3, 0)).toThrow(SpeechError)
  })

  test('leaves JSON alone', () => {
    expect(readXiaozhiFrame(Uint8Array.of(1, 0, 0, 2, 123, 125), 3)).toBeUndefined()
  })

  test.each([
    [second.subarray(0, 15), 2],
    [second.subarray(0, 18), 2],
    [third.subarray(0, 3), 3],
    [Uint8Array.of(...third, 9), 3],
  ] as const)('refuses a header that does not fit', (bytes, version) => {
    expect(() => readXiaozhiFrame(bytes, version)).toThrow(SpeechError)
  })
})

describe('what the server says', () => {
  const result = (text: string, emotionUnknown = 0) => ({
    ...scriptedResult(text, { id: 0, samples: new Float32Array(0), startSamples: 0 }),
    emotion: 'happy' as const,
    emotionUnknown,
  })

  test('a hello has a session and what sound it takes', () => {
    expect(JSON.parse(writeXiaozhiHello('s'))).toMatchObject({
      type: 'hello',
      transport: 'websocket',
      session_id: 's',
    })
  })

  test('an utterance is its text, a face, and everything', () => {
    const [stt, llm, custom] = writeXiaozhiResult('s', result('hello')).map((text) => JSON.parse(text))
    expect(stt).toEqual({ type: 'stt', session_id: 's', text: 'hello' })
    expect(llm).toEqual({ type: 'llm', session_id: 's', emotion: 'happy', text: '🙂' })
    expect(custom.payload).toMatchObject({ text: 'hello', emotion: 'happy' })
    expect(custom.payload.tokens).toBeUndefined()
  })

  test('who is not sure has no face', () => {
    const [, llm] = writeXiaozhiResult('s', result('hello', 0.9)).map((text) => JSON.parse(text))
    expect(llm.emotion).toBe('neutral')
  })

  test.each(['语', '😀', '"'])('every message fits 4096 bytes with 5000 times %s', (letter) => {
    for (const text of writeXiaozhiResult('s', result(letter.repeat(5000)))) {
      expect(byteLength(text)).toBeLessThan(4096)
      JSON.parse(text)
    }
  })

  test('an alert says what was wrong and what to do, in 4096 bytes', () => {
    const error = new SpeechError('busy', 'full', { hint: 'Try again.' })
    const alert = {
      type: 'alert',
      session_id: 's',
      status: 'busy',
      message: 'full. Try again.',
      emotion: 'sad',
    }
    expect(JSON.parse(writeXiaozhiAlert('s', error))).toEqual(alert)
    expect(JSON.parse(writeXiaozhiAlert('s', error, 999.6))).toEqual({ ...alert, retry_after_ms: 1000 })
    expect(byteLength(writeXiaozhiAlert('s', new SpeechError('busy', '语'.repeat(5000))))).toBeLessThan(4096)
  })

  test('stock firmware is told where to go, and to install nothing', () => {
    expect(xiaozhiOta('wss://a/ws', 't', 5)).toEqual({
      server_time: { timestamp: 5, timezone_offset: 0 },
      firmware: { version: '0.0.0', url: '' },
      websocket: { url: 'wss://a/ws', token: 't' },
    })
  })
})
