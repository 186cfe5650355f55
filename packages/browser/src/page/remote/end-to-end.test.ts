import type { SpeechEvent } from '@sensevoice-web/engine'
import { scriptedResult } from '@sensevoice-web/engine/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { EndToEnd } from './end-to-end.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const ended: SpeechEvent = {
  type: 'speech-end',
  segmentId: 0,
  endMs: 1000,
  endSamples: 16_000,
  reason: 'silence',
}

function result(endOfSpeechToResultMs?: number): SpeechEvent {
  const spoken = scriptedResult('a', { id: 0, samples: new Float32Array(16_000), startSamples: 0 })
  const timings = endOfSpeechToResultMs === undefined ? {} : { endOfSpeechToResultMs }
  return { type: 'result', result: { ...spoken, timings: { ...spoken.timings, ...timings } } }
}

/** Two seconds of sound in real time; the result comes with the last of it. */
function spoken(segmentation: { postRollMs: number }, answer: SpeechEvent, event: SpeechEvent = ended) {
  const times = new EndToEnd({ segmentation })
  for (let chunk = 1; chunk <= 40; chunk += 1) {
    vi.advanceTimersByTime(50)
    times.heard(chunk * 800)
  }
  times.timed(event)
  const timed = times.timed(answer)
  if (timed.type !== 'result') throw new Error('it is one')
  return timed.result.timings
}

test('the page’s own time is told, and what the server does not account for is the network’s', () => {
  // The segment ends at 1 s, 200 ms of it are silence behind the speech; it is 2 s by now.
  expect(spoken({ postRollMs: 200 }, result(1150))).toMatchObject({
    endOfSpeechToResultMs: 1200,
    networkMs: 50,
  })
})

test('a segment that was cut has no silence at its end', () => {
  const cut: SpeechEvent = { ...ended, reason: 'soft-cut' } as SpeechEvent
  expect(spoken({ postRollMs: 200 }, result(1000), cut)).toMatchObject({
    endOfSpeechToResultMs: 1000,
    networkMs: 0,
  })
})

test('a result of finite sound has no such time', () => {
  const timings = spoken({ postRollMs: 200 }, result())
  expect(timings.endOfSpeechToResultMs).toBe(undefined)
  expect(timings.networkMs).toBe(undefined)
})
