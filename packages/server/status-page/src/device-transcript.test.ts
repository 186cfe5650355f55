import type { PartialResult, SpeechResult } from '@sensevoice-web/engine'
import { describe, expect, test } from 'vitest'
import { DeviceTranscript } from './device-transcript.ts'

const result = (segmentId: number, startMs: number, endMs: number, text = 'x') =>
  ({ segmentId, startMs, endMs, text, tokens: [] }) as unknown as SpeechResult
const partial = (segmentId: number, startMs: number) =>
  ({ segmentId, startMs, endMs: startMs + 100, text: 'x', tokens: [] }) as unknown as PartialResult

function told(...results: SpeechResult[]): DeviceTranscript {
  const transcript = new DeviceTranscript()
  for (const one of results) transcript.take({ type: 'result', result: one })
  return transcript
}

const places = ({ results }: DeviceTranscript) =>
  results.map(({ segmentId, startMs, endMs }) => [segmentId, startMs, endMs])

describe('DeviceTranscript', () => {
  test('results of one stream keep their places', () => {
    expect(places(told(result(4, 5000, 6000), result(6, 7000, 8000)))).toEqual([
      [4, 5000, 6000],
      [6, 7000, 8000],
    ])
  })

  test('a device that counts from zero again goes on behind what is there', () => {
    expect(places(told(result(0, 100, 900), result(0, 2000, 3000), result(1, 4000, 5000)))).toEqual([
      [0, 100, 900],
      [1, 2900, 3900],
      [2, 4900, 5900],
    ])
  })

  test('utterances that each begin at zero come one behind the other', () => {
    expect(places(told(result(0, 0, 1500), result(1, 0, 1000), result(2, 0, 2000)))).toEqual([
      [0, 0, 1500],
      [2, 1500, 2500],
      [5, 2500, 4500],
    ])
  })

  test('a partial stands where its result is going to, which takes its place', () => {
    const transcript = told(result(0, 100, 900))
    transcript.take({ type: 'partial', partial: partial(0, 300) })
    expect(transcript.partial).toMatchObject({ segmentId: 1, startMs: 1200 })
    transcript.take({ type: 'result', result: result(0, 300, 800) })
    expect(transcript.partial).toBeUndefined()
    expect(places(transcript).at(-1)).toEqual([1, 1200, 1700])
  })

  test('a discarded segment takes its partial along, an error stays until the next result', () => {
    const transcript = told()
    transcript.take({ type: 'partial', partial: partial(0, 0) })
    transcript.take({ type: 'discarded', segmentId: 0, startMs: 0, endMs: 90, reason: 'too-short' })
    expect(transcript.partial).toBeUndefined()
    const error = { code: 'busy', message: 'too much', hint: '', retryable: true } as const
    transcript.take({ type: 'error', error })
    expect(transcript.error).toMatchObject({ code: 'busy', message: 'too much' })
    transcript.take({ type: 'result', result: result(1, 100, 900) })
    expect(transcript.error).toBeUndefined()
  })

  test('adds up what was dropped, and keeps the newest 200 results', () => {
    const transcript = told(...Array.from({ length: 250 }, (_, at) => result(at, at * 1000, at * 1000 + 500)))
    expect(transcript.results.length).toBe(200)
    expect(transcript.results[0]?.segmentId).toBe(50)
    for (const totalSamples of [800, 1600]) {
      transcript.take({ type: 'overrun', where: 'listener', samples: 800, totalSamples })
    }
    expect(transcript.droppedSamples).toBe(1600)
  })
})
