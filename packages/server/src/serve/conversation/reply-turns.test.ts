import type { SpeechEvent } from '@sensevoice-web/engine'
import { type ChatMessage, Conversation, type TurnEvent } from '@sensevoice-web/pipeline'
import { heard, tone } from '@sensevoice-web/pipeline/testing'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ReplyMetrics } from './reply-metrics.ts'
import { ReplyTurns } from './reply-turns.ts'

const THINK_MS = 500

/** A conversation in this process, whose model thinks for a while and whose voice speaks each sentence for so long. */
function talk(soundMs = 3000) {
  const asked: (readonly ChatMessage[])[] = []
  const told: { readonly event: TurnEvent | 'sound end'; readonly atMs: number }[] = []
  const keep = (event: TurnEvent | 'sound end') => void told.push({ event, atMs: performance.now() })
  const conversation = new Conversation({
    model: {
      async *reply(messages) {
        asked.push(messages)
        await new Promise((resolve) => setTimeout(resolve, THINK_MS))
        yield 'Very well.'
      },
    },
    voice: {
      async *speak() {
        yield { pcm: tone(soundMs), sampleRate: 24_000 }
      },
    },
  })
  const sink = { tell: keep, soundEnd: () => keep('sound end'), free: () => {} }
  const turns = new ReplyTurns(conversation, sink, new ReplyMetrics(new Registry()))
  const at = { segmentId: 0, startMs: 0, startSamples: 0, endMs: 1000, endSamples: 16_000 }
  const events: Record<'start' | 'end' | 'cough' | 'lost', SpeechEvent> = {
    start: { type: 'speech-start', ...at },
    end: { type: 'speech-end', reason: 'silence', ...at },
    cough: { type: 'discarded', reason: 'too-short', ...at },
    lost: { type: 'overrun', where: 'recognizer', samples: 16_000, totalSamples: 16_000 },
  }
  return {
    turns,
    asked,
    /** The pieces of sound that were sent. */
    sounds: () =>
      told.flatMap(({ event, atMs }) =>
        event !== 'sound end' && event.type === 'audio' ? [{ endMs: event.endMs, atMs }] : [],
      ),
    toldMs: (what: 'sound end' | TurnEvent['type']) =>
      told.filter(({ event }) => nameOf(event) === what).map(({ atMs }) => atMs),
    start: () => turns.hear(events.start),
    end: () => turns.hear(events.end),
    /** Too short to be speech. */
    discard: () => turns.hear(events.cough),
    /** Sound that had to wait for too long. */
    lose: () => turns.hear(events.lost),
    result: (text: string) => turns.hear({ type: 'result', result: heard(text) }),
    /** What the model was asked last. */
    question: () => asked.at(-1)?.at(-1)?.content ?? '',
    types: () => told.map(({ event }) => nameOf(event)),
  }
}

const nameOf = (event: TurnEvent | 'sound end') => (event === 'sound end' ? event : event.type)

type Talk = ReturnType<typeof talk>

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('who coughs while a question is still being recognized', () => {
  test('is answered once it turns out to be no speech', async () => {
    const { start, end, result, discard, asked, question } = talk()
    start()
    end()
    start()
    result('Where is the station?')
    await vi.advanceTimersByTimeAsync(THINK_MS)
    expect(asked).toEqual([])
    discard()
    await vi.advanceTimersByTimeAsync(THINK_MS)
    expect(asked).toHaveLength(1)
    expect(question()).toContain('Where is the station?')
  })
})

describe('who goes on before the first sound of an answer', () => {
  test('is answered for all they said', async () => {
    const { start, end, result, asked, question, types } = talk()
    start()
    end()
    result('A table for two.')
    await vi.advanceTimersByTimeAsync(THINK_MS / 2)
    start()
    expect(types()).toEqual(['cancelled'])
    end()
    result('Tomorrow at eight.')
    await vi.advanceTimersByTimeAsync(THINK_MS)
    expect(asked).toHaveLength(2)
    expect(question()).toContain('A table for two. Tomorrow at eight.')
  })

  test('is answered for all also when two results come one behind the other', async () => {
    const { result, asked, question } = talk()
    result('A table for two.')
    result('Tomorrow at eight.')
    await vi.advanceTimersByTimeAsync(THINK_MS)
    expect(asked).toHaveLength(2)
    expect(question()).toContain('A table for two. Tomorrow at eight.')
  })

  test.each([
    ['is no speech', ({ discard }: Talk) => discard()],
    ['has no words', ({ end, result }: Talk) => [end(), result(' ')]],
    ['is lost', ({ end, lose }: Talk) => [end(), lose()]],
  ])('is answered when what followed %s', async (_, follow) => {
    const talking = talk()
    const { turns, start, end, result, asked, question, types } = talking
    start()
    end()
    result('Where is the station?')
    await vi.advanceTimersByTimeAsync(THINK_MS / 2)
    start()
    expect(turns.isReplying).toBe(false)
    follow(talking)
    await vi.advanceTimersByTimeAsync(THINK_MS)
    expect(asked).toHaveLength(2)
    expect(question()).toContain('Where is the station?')
    expect(types()).toContain('audio')
  })

  test('is not answered for what they called off', async () => {
    const { turns, start, end, result, discard, asked } = talk()
    result('Where is the station?')
    await vi.advanceTimersByTimeAsync(THINK_MS / 2)
    turns.interrupt()
    start()
    discard()
    result('Where is the harbour?')
    await vi.advanceTimersByTimeAsync(THINK_MS / 2)
    turns.restart()
    start()
    end()
    result('Thanks.')
    await vi.advanceTimersByTimeAsync(THINK_MS)
    expect(asked.map((messages) => messages.at(-1)?.content)).toEqual([
      expect.stringContaining('station'),
      expect.stringContaining('harbour'),
      expect.not.stringMatching(/station|harbour/),
    ])
  })
})

test('who speaks into the sound of an answer has heard it: what it was about is not asked again', async () => {
  const { start, end, result, discard, asked, question, types } = talk()
  result('Where is the station?')
  await vi.advanceTimersByTimeAsync(THINK_MS + 200)
  expect(types()).toContain('audio')
  start()
  discard()
  await vi.advanceTimersByTimeAsync(THINK_MS)
  expect(asked).toHaveLength(1)
  start()
  end()
  result('And the harbour?')
  await vi.advanceTimersByTimeAsync(THINK_MS)
  expect(asked).toHaveLength(2)
  expect(question()).not.toContain('station')
})

describe('the pace of an answer', () => {
  test('is that of whoever plays it, a second ahead; it is over when it was played', async () => {
    const { result, sounds, toldMs } = talk(3000)
    result('Tell me all.')
    await vi.advanceTimersByTimeAsync(THINK_MS + 10_000)
    const [first] = sounds()
    const startedMs = first?.atMs ?? 0
    expect(sounds().at(-1)?.endMs).toBe(3000)
    const aheadMs = sounds().map(({ endMs, atMs }) => endMs - (atMs - startedMs))
    expect(Math.max(...aheadMs)).toBe(1000)
    // What may be sent is: the client never waits.
    expect(aheadMs.slice(0, 5)).toEqual([200, 400, 600, 800, 1000])
    expect(aheadMs.slice(5).every((ms) => ms === 1000)).toBe(true)
    expect(toldMs('sound end')).toEqual([startedMs + 2000])
    expect(toldMs('turn-end')).toEqual([startedMs + 3000])
  })

  test('is nobody’s any more when somebody speaks: at once, also behind its last sound', async () => {
    const { turns, start, result, sounds, toldMs, types } = talk(3000)
    result('Tell me all.')
    await vi.advanceTimersByTimeAsync(THINK_MS + 1000)
    const before = sounds().length
    start()
    expect(types().at(-1)).toBe('cancelled')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(types().at(-1)).toBe('cancelled')
    expect(sounds()).toHaveLength(before)
    turns.restart()
    result('And now?')
    await vi.advanceTimersByTimeAsync(THINK_MS + 2900)
    expect(toldMs('sound end')).toHaveLength(1)
    start()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(types().at(-1)).toBe('cancelled')
    expect(toldMs('turn-end')).toEqual([])
  })
})
