import { SpeechError, type SpeechEvent } from '@sensevoice-web/engine'
import { seededRandom } from '@sensevoice-web/engine/testing'
import { describe, expect, test } from 'vitest'
import { dialectOf } from '../first-message.ts'
import { readClientMessage } from './client-messages.ts'
import { deserializeEvent, writeEvent } from './event-message.ts'
import { packFrame, readFrame } from './frame.ts'
import { readServedModel, readServerMessage } from './server-messages.ts'

const HELLO = {
  type: 'hello',
  protocol: 'sensevoice',
  version: 1,
  audio: { format: 'pcm16', sampleRate: 16_000 },
}

describe('dialectOf', () => {
  test('tells a stream from a device', () => {
    expect(dialectOf(JSON.stringify(HELLO))).toBe('stream')
    expect(dialectOf('{"audio":"","sample_rate":16000}')).toBe('device')
  })

  test.each(['', 'x', '{}', '{"type":"hello"}', '[1]'])('refuses %s', (text) => {
    expect(() => dialectOf(text)).toThrow(SpeechError)
  })
})

describe('readClientMessage', () => {
  test('reads a hello with everything, and takes nothing that it does not know', () => {
    const more = {
      language: 'yue',
      withItn: false,
      partials: false,
      maxMessageBytes: 4096,
      segmentation: { hangOverMs: 400, softCutMs: 9000 },
      live: false,
      partialIntervalMs: 250,
      resume: { session: 'abc', nextEvent: 7 },
    }
    expect(readClientMessage(JSON.stringify({ ...HELLO, ...more, other: 1 }))).toEqual({ ...HELLO, ...more })
  })

  test('a sound can be one segment, and changes and its end can be said', () => {
    const whole = { ...HELLO, segmentation: 'whole' }
    expect(readClientMessage(JSON.stringify(whole))).toEqual(whole)
    const change = { type: 'configure', segmentation: { hangOverMs: 400 } }
    expect(readClientMessage(JSON.stringify(change))).toEqual(change)
    expect(readClientMessage('{"type":"end-segment"}')).toEqual({ type: 'end-segment' })
  })

  test.each([
    [{ ...HELLO, version: 2 }, '"version"'],
    [{ ...HELLO, audio: { format: 'mp3', sampleRate: 16_000 } }, '"format"'],
    [{ ...HELLO, audio: { format: 'pcm16', sampleRate: 7999 } }, '"sampleRate"'],
    [{ ...HELLO, audio: { format: 'opus', sampleRate: 48_000 } }, '"sampleRate"'],
    [{ ...HELLO, audio: 1 }, '"audio"'],
    [{ ...HELLO, maxMessageBytes: 10 }, '"maxMessageBytes"'],
    [{ ...HELLO, resume: { session: 'x'.repeat(65), nextEvent: 0 } }, '"session"'],
    [{ ...HELLO, language: 'klingon' }, '"language"'],
    [{ ...HELLO, partialIntervalMs: 10 }, '"partialIntervalMs"'],
    [{ ...HELLO, segmentation: 'halves' }, '"segmentation"'],
    [{ ...HELLO, segmentation: { hangOverMs: '1' } }, '"hangOverMs"'],
    [{ ...HELLO, segmentation: { hangOverMs: -1 } }, 'hangOverMs'],
    [{ type: 'ping' }, '"id"'],
    [{ type: 'ack', nextEvent: -1 }, '"nextEvent"'],
    [{ type: 'nothing' }, '"type"'],
  ])('refuses %j', (message, words) => {
    expect(() => readClientMessage(JSON.stringify(message))).toThrow(words)
  })

  test('100,000 messages of noise are each read or refused', () => {
    const random = seededRandom(2)
    const valid = JSON.stringify({ ...HELLO, resume: { session: 'a', nextEvent: 1 } })
    for (let round = 0; round < 100_000; round += 1) {
      const letters = [...valid]
      for (let change = 0; change < 1 + random() * 3; change += 1) {
        letters[Math.floor(random() * letters.length)] = String.fromCharCode(32 + random() * 95)
      }
      for (const read of [readClientMessage, readServerMessage]) {
        try {
          read(letters.join(''))
        } catch (error) {
          if (!(error instanceof SpeechError)) throw error
        }
      }
    }
  })
})

describe('readServedModel', () => {
  test('takes what a manifest says of its model, and no more', () => {
    const license = { name: 'MIT', attribution: 'somebody' }
    const facts = { name: 'm', version: '1', id: 'x', notice: 'few words', license, languages: ['en', 'ko'] }
    expect(readServedModel({ ...facts, files: {}, languages: ['ko', 'en', 'tlh'] })).toEqual({
      ...facts,
      languages: ['en', 'ko'],
    })
    expect(readServedModel({ name: 'm', version: '' })).toEqual({ name: 'm', version: '' })
  })

  test.each([[null], [{ name: 'm' }], [{ name: 'm', version: '1', languages: 'en' }]])(
    'refuses %j',
    (manifest) => {
      expect(() => readServedModel(manifest)).toThrow(SpeechError)
    },
  )
})

describe('frames', () => {
  test('come out as they went in, without a copy', () => {
    const bytes = packFrame(4_000_000_000, Uint8Array.of(1, 2, 3, 4))
    const { sequence, payload } = readFrame(bytes)
    expect([sequence, ...payload]).toEqual([4_000_000_000, 1, 2, 3, 4])
    expect(payload.buffer).toBe(bytes.buffer)
  })

  test.each([
    [new Uint8Array(0)],
    [new Uint8Array(8)],
    [Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 1)],
    [Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0, 1)],
    [new Uint8Array(1 << 20).fill(1, 0, 1)],
  ])('refuses what is none', (bytes) => {
    expect(() => readFrame(bytes)).toThrow(SpeechError)
  })

  test('100,000 frames of noise are each read or refused', () => {
    const random = seededRandom(3)
    for (let round = 0; round < 100_000; round += 1) {
      const bytes = Uint8Array.from({ length: random() * 20 }, (_, at) => (at === 0 ? 1 : random() * 2))
      try {
        readFrame(bytes)
      } catch (error) {
        if (!(error instanceof SpeechError)) throw error
      }
    }
  })
})

describe('writeEvent', () => {
  const tokens = Array.from({ length: 200 }, (_, id) => ({
    text: ' word',
    id,
    startMs: id * 60,
    endMs: id * 60 + 60,
    probability: 0.9,
  }))
  const partial: SpeechEvent = {
    type: 'partial',
    partial: {
      segmentId: 0,
      text: 'x'.repeat(500),
      stableLength: 3,
      tokens,
      language: 'en',
      startMs: 0,
      endMs: 12_000,
    },
  }

  test('leaves the tokens out where they do not fit, and says so', () => {
    const message = readServerMessage(writeEvent(3, partial, 4096))
    expect(message).toMatchObject({
      type: 'event',
      number: 3,
      event: { type: 'partial', partial: { tokens: [] } },
    })
    expect(JSON.parse(writeEvent(3, partial, 4096)).truncated).toEqual(['tokens'])
    expect(JSON.parse(writeEvent(3, partial, 65_536)).event.partial.tokens.length).toBe(200)
  })

  test('says that a text is too long instead of cutting it', () => {
    const message = readServerMessage(writeEvent(0, partial, 400))
    expect(message).toMatchObject({ event: { type: 'error', error: { code: 'overrun' } } })
  })

  test('a time to come back stands beside the event, and is read', () => {
    const error = new SpeechError('busy', 'full', { retryable: true })
    const message = readServerMessage(writeEvent(0, { type: 'error', error }, 4096, 1000))
    expect(message).toMatchObject({ type: 'event', event: { type: 'error' }, retryAfterMs: 1000 })
    expect(readServerMessage(writeEvent(0, { type: 'error', error }, 4096))).not.toHaveProperty(
      'retryAfterMs',
    )
    const event = { type: 'error', error: {} }
    const wrong = JSON.stringify({ type: 'event', number: 0, event, retryAfterMs: -1 })
    expect(() => readServerMessage(wrong)).toThrow('"retryAfterMs"')
  })

  test('an error keeps what users need and nothing of where it happened', () => {
    const error = new SpeechError('busy', 'full', {
      hint: 'Wait.',
      retryable: true,
      cause: new Error('secret'),
    })
    const text = writeEvent(0, { type: 'error', error }, 4096)
    expect(text).not.toContain('secret')
    expect(text).not.toContain('.ts')
    const message = readServerMessage(text)
    const event = message.type === 'event' ? deserializeEvent(message.event) : undefined
    expect(event?.type === 'error' && event.error).toMatchObject({
      code: 'busy',
      hint: 'Wait.',
      retryable: true,
    })
  })
})
