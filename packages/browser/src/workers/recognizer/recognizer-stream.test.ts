import { type AudioSegment, type Recognizer, SpeechError, type SpeechResult } from '@sensevoice-web/engine'
import { afterEach, describe, expect, it } from 'vitest'
import { type EventPortMessage, EventSender } from '../../wire/event-port.ts'
import { type JobPayload, type JobPortMessage, type JobPortReply, wallClockMs } from '../../wire/job-port.ts'
import { RecognizerStream } from './recognizer-stream.ts'

const opened: MessagePort[] = []
afterEach(() => {
  for (const port of opened.splice(0)) port.close()
})

function channel() {
  const { port1, port2 } = new MessageChannel()
  opened.push(port1, port2)
  return { near: port1, far: port2 }
}

/** Long enough for a busy machine: nothing here takes more than 10 ms on an idle one. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 150))

/** A recognizer that says how long its segment was, after `delayMs`; a segment of 13 samples fails. */
function recognizer(delayMs: number, calls: number[]): Recognizer {
  return {
    async recognize({ id, samples, startSamples }: AudioSegment) {
      calls.push(samples.length)
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      if (samples.length === 13) throw new SpeechError('inference-failed', 'thirteen')
      const timings = { frontEndMs: 1, inferenceMs: 1, decodeMs: 1, totalMs: 3 }
      const startMs = startSamples / 16
      return {
        segmentId: id,
        text: `${samples.length}`,
        tokens: [],
        language: 'en',
        startMs,
        endMs: 0,
        timings,
      } as unknown as SpeechResult
    },
    async dispose() {},
  }
}

function open(overload: 'drop' | 'wait', delayMs = 0, partials = true) {
  const jobs = channel()
  const events = channel()
  const heard: EventPortMessage[] = []
  const replies: JobPortReply[] = []
  const calls: number[] = []
  events.far.onmessage = ({ data }: MessageEvent<EventPortMessage>) => heard.push(data)
  jobs.far.onmessage = ({ data }: MessageEvent<JobPortReply>) => replies.push(data)
  const stream = new RecognizerStream(jobs.near, new EventSender(events.near), recognizer(delayMs, calls), {
    overload,
    partials,
  })
  let sequence = 0
  const post = (message: JobPortMessage) => jobs.far.postMessage(message)
  return {
    stream,
    heard,
    replies,
    calls,
    post,
    job(
      kind: 'partial' | 'candidate' | 'final',
      segmentId: number,
      length: number,
      more: Partial<JobPayload> = {},
    ) {
      const payload = {
        samples: new Float32Array(length),
        startSamples: 0,
        language: 'auto',
        withItn: true,
        ...more,
      } as const
      sequence += 1
      const base = { segmentId, lengthSamples: length, payload }
      const job = kind === 'partial' ? { ...base, kind } : { ...base, kind, revision: 0 }
      post({ type: 'job', sequence, job })
    },
  }
}

const results = (heard: readonly EventPortMessage[]) =>
  heard.flatMap((event) => (event.type === 'result' ? [event.result] : []))

describe('RecognizerStream', () => {
  it('answers every final in order, then closes', async () => {
    const { job, post, heard, replies } = open('wait', 2)
    for (const id of [0, 1, 2]) job('final', id, 100 + id)
    post({ type: 'end' })
    await settled()
    await settled()
    expect(results(heard).map(({ text }) => text)).toEqual(['100', '101', '102'])
    expect(heard.at(-1)).toEqual({ type: 'closed' })
    expect(replies.filter((reply) => reply.type === 'settled')).toHaveLength(3)
  })

  it('takes a candidate’s result for the final, and tells the time since the end of speech', async () => {
    const { job, heard, calls } = open('drop')
    const speechEndedAtMs = wallClockMs() - 500
    job('candidate', 0, 100, { speechEndedAtMs })
    await settled()
    job('final', 0, 100, { speechEndedAtMs })
    await settled()
    expect(calls).toEqual([100])
    const [result] = results(heard)
    expect(result?.timings.endOfSpeechToResultMs).toBeGreaterThanOrEqual(500)
    expect(result?.timings.endOfSpeechToResultMs).toBeLessThan(1000)
    expect(result?.timings.queueMs).toBeGreaterThanOrEqual(0)
  })

  it('keeps a candidate to itself where no partials are wanted', async () => {
    const { job, heard } = open('drop', 0, false)
    job('candidate', 0, 100)
    await settled()
    expect(heard).toEqual([])
    job('final', 0, 100)
    await settled()
    expect(heard.map((event) => event.type)).toEqual(['result'])
  })

  it('never queues partials up: of many only the newest is done', async () => {
    const { job, heard, calls, replies } = open('drop', 10)
    for (let length = 1; length <= 12; length += 1) job('partial', 0, length)
    await settled()
    await settled()
    expect(calls.length).toBeLessThanOrEqual(2)
    expect(heard.at(-1)).toMatchObject({ type: 'partial', partial: { text: '12' } })
    expect(replies.at(-1)).toEqual({ type: 'idle', sequence: 12 })
  })

  it('tells a failed segment and goes on with the next', async () => {
    const { job, heard, replies } = open('drop')
    job('final', 0, 13)
    job('final', 1, 100)
    await settled()
    expect(heard[0]).toMatchObject({
      type: 'error',
      error: { code: 'inference-failed', message: 'thirteen' },
    })
    expect(results(heard).map(({ text }) => text)).toEqual(['100'])
    expect(replies.filter((reply) => reply.type === 'settled')).toHaveLength(2)
  })

  it('drops and counts what live sound leaves behind, and nothing of a sound that can wait', async () => {
    const minute = 60 * 16_000
    const live = open('drop', 5)
    for (const id of [0, 1, 2, 3]) live.job('final', id, minute / 2)
    await settled()
    await settled()
    const overruns = live.heard.flatMap((event) => (event.type === 'overrun' ? [event] : []))
    expect(overruns).toEqual([
      { type: 'overrun', where: 'recognizer', samples: minute / 2, totalSamples: minute / 2 },
    ])
    expect(results(live.heard)).toHaveLength(3)
    const finite = open('wait', 5)
    for (const id of [0, 1, 2, 3]) finite.job('final', id, minute / 2)
    await settled()
    await settled()
    expect(results(finite.heard)).toHaveLength(4)
  })

  it('is silent after cancel', async () => {
    const { job, heard, stream } = open('drop', 10)
    job('final', 0, 100)
    job('final', 1, 100)
    await new Promise((resolve) => setTimeout(resolve, 5))
    await stream.cancel()
    await settled()
    expect(heard).toEqual([])
  })
})
