import type { SpeechEvent, SpeechResult } from '@sensevoice-web/engine'
import { describe, expect, it } from 'vitest'
import { EventOrder } from './event-order.ts'

const result = (segmentId: number): SpeechEvent => ({
  type: 'result',
  result: { segmentId } as SpeechResult,
})
const end = (segmentId: number): SpeechEvent => ({
  type: 'speech-end',
  segmentId,
  endMs: 0,
  endSamples: 0,
  reason: 'silence',
})
const partial = (segmentId: number): SpeechEvent => ({
  type: 'partial',
  partial: { segmentId, text: '', stableLength: 0, tokens: [], language: 'en', startMs: 0, endMs: 0 },
})

function ordered(...events: SpeechEvent[]): SpeechEvent[] {
  const heard: SpeechEvent[] = []
  const order = new EventOrder((event) => heard.push(event))
  for (const event of events) order.push(event)
  order.flush()
  return heard
}

describe('EventOrder', () => {
  it('holds a result back until its segment has ended', () => {
    expect(ordered(result(0), end(0))).toEqual([end(0), result(0)])
    expect(ordered(end(0), result(0))).toEqual([end(0), result(0)])
  })

  it('drops a partial that comes after the result of its segment', () => {
    expect(ordered(partial(0), end(0), result(0), partial(0), partial(1))).toEqual([
      partial(0),
      end(0),
      result(0),
      partial(1),
    ])
  })

  it('loses nothing when the stream closes', () => {
    expect(ordered(end(0), result(1), result(0))).toEqual([end(0), result(0), result(1)])
  })
})
