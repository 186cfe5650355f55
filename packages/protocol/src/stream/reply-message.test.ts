import { SpeechError } from '@sensevoice-web/engine'
import { seededRandom } from '@sensevoice-web/engine/testing'
import { describe, expect, test } from 'vitest'
import type { HeardReply, ReplyEvent } from './reply-event.ts'
import { packReplyFrame, readReplyFrame } from './reply-frame.ts'
import { deserializeReply, writeReply } from './reply-message.ts'
import { ReplyReceiver } from './reply-receiver.ts'
import { readServerMessage } from './server-messages.ts'

const expression = { emotion: 'happy', intensity: 0.5 } as const
const CUE: ReplyEvent = {
  type: 'cue',
  sentence: 0,
  startMs: 0,
  endMs: 40,
  expression,
  mouth: [0.25, 0.123],
}
const EVENTS: readonly ReplyEvent[] = [
  { type: 'reply-text', text: 'Hi' },
  { type: 'sentence', sentence: 0, text: 'Hi.', expression },
  CUE,
  { type: 'error', stage: 'voice', error: new SpeechError('network', 'broke', { retryable: true }) },
  { type: 'fallback', kind: 'silent' },
  { type: 'turn-end', outcome: 'answered', audioMs: 40, replyCut: false },
  { type: 'cancelled', reason: 'interrupted', deliveredMs: 0 },
]

function read(text: string): ReplyEvent {
  const message = readServerMessage(text)
  if (message.type !== 'reply') throw new Error(message.type)
  return deserializeReply(message.event)
}

describe('events of an answer', () => {
  test.each(EVENTS)('$type comes as it was written', (event) => {
    expect(read(writeReply(7, 2, event))).toEqual(event)
  })

  test('an error leaves no stack and no cause', () => {
    const error = new SpeechError('network', 'broke', { cause: new Error('secret') })
    expect(writeReply(0, 1, { type: 'error', stage: 'voice', error })).not.toMatch(/secret|stack|at /)
  })

  test('the longest sentence is a small message', () => {
    const event = { type: 'sentence', sentence: 0, text: '😀\u0001"'.repeat(500), expression } as const
    expect(new TextEncoder().encode(writeReply(1e15, 1e9, event)).length).toBeLessThanOrEqual(1024)
  })

  test('is refused with a mouth that is none', () => {
    for (const mouth of [[2], ['a'], 'open', Array(1000).fill(0)]) {
      const text = JSON.stringify({ type: 'reply', number: 0, turn: 1, event: { ...CUE, mouth } })
      expect(() => readServerMessage(text)).toThrow('mouth')
    }
  })
})

describe('sound of an answer', () => {
  const frame = { turn: 3, startSamples: 4800, pcm: Int16Array.of(-32_768, 0, 1, 32_767) }

  test('comes as it was packed, from any place in memory', () => {
    const packed = packReplyFrame(frame)
    const shifted = new Uint8Array(packed.length + 1)
    shifted.set(packed, 1)
    expect(readReplyFrame(shifted.subarray(1))).toEqual(frame)
  })

  test('10,000 frames of noise are each read or refused', () => {
    const random = seededRandom(5)
    let refused = 0
    for (let round = 0; round < 10_000; round += 1) {
      const noise = Uint8Array.from({ length: Math.floor(random() * 40) }, () => random() * 256)
      if (round % 2 === 0) noise[0] = 2
      try {
        readReplyFrame(noise)
      } catch (error) {
        expect(error).toBeInstanceOf(SpeechError)
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(5000)
    expect(refused).toBeLessThan(10_000)
  })
})

describe('ReplyReceiver', () => {
  const heard: HeardReply[] = []
  const told = (use: (receiver: ReplyReceiver) => void) => {
    heard.length = 0
    use(new ReplyReceiver((reply) => heard.push(reply)))
    return heard.map((reply) =>
      'startMs' in reply ? [reply.turn, reply.type, reply.startMs, reply.endMs] : [reply.turn, reply.type],
    )
  }
  const sound = (turn: number, startMs: number) => ({
    turn,
    startSamples: startMs * 24,
    pcm: new Int16Array(240),
  })

  test('tells the sound that is missing, also at the end', () => {
    const end = { type: 'turn-end', outcome: 'answered', audioMs: 50, replyCut: false } as const
    const seen = told((receiver) => {
      receiver.sound(sound(1, 10))
      receiver.sound(sound(1, 30))
      receiver.event(1, end)
    })
    expect(seen).toEqual([
      [1, 'audio-lost', 0, 10],
      [1, 'audio', 10, 20],
      [1, 'audio-lost', 20, 30],
      [1, 'audio', 30, 40],
      [1, 'audio-lost', 40, 50],
      [1, 'turn-end'],
    ])
  })

  test('hears no sound of a turn that is over', () => {
    const seen = told((receiver) => {
      receiver.sound(sound(1, 0))
      receiver.event(1, { type: 'cancelled', reason: 'interrupted', deliveredMs: 10 })
      receiver.sound(sound(1, 10))
      receiver.sound(sound(2, 0))
      receiver.sound(sound(1, 20))
    })
    expect(seen).toEqual([
      [1, 'audio', 0, 10],
      [1, 'cancelled'],
      [2, 'audio', 0, 10],
    ])
  })
})
