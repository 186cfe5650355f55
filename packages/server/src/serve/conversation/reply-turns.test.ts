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
  const events: Record<'start' | 'end' | 'cough', SpeechEvent> = {
    start: { type: 'speech-start', ...at },
    end: { type: 'speech-end', reason: 'silence', ...at },
    cough: { type: 'discarded', reason: 'too-short', ...at },
  }
  return {
    turns,
    asked,
    told,
    start: () => turns.hear(events.start),
    end: () => turns.hear(events.end),
    /** Too short to be speech. */
    discard: () => turns.hear(events.cough),
    result: (text: string) => turns.hear({ type: 'result', result: heard(text) }),
    /** What the model was asked last. */
    question: () => asked.at(-1)?.at(-1)?.content ?? '',
    types: () => told.map(({ event }) => (event === 'sound end' ? event : event.type)),
  }
}

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
