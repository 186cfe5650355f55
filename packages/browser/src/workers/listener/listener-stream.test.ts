import type { VoiceProbe } from '@sensevoice-web/engine'
import { afterEach, describe, expect, it } from 'vitest'
import { AudioInbox } from '../../wire/audio-inbox.ts'
import type { AudioPortMessage, AudioPortReply } from '../../wire/audio-port.ts'
import { type EventPortMessage, EventSender } from '../../wire/event-port.ts'
import type { JobPortMessage, JobPortReply } from '../../wire/job-port.ts'
import type { StreamConfig } from '../../wire/stream-config.ts'
import { JobSender } from './job-sender.ts'
import { ListenerStream } from './listener-stream.ts'

const RATE = 16_000
const LIVE: StreamConfig = {
  sampleRate: RATE,
  live: true,
  overload: 'drop',
  segmentation: {},
  partialIntervalMs: 400,
  language: 'auto',
  withItn: true,
}

/** Loud is speech: the probe of these tests. */
const probe: VoiceProbe = {
  probe: async (window) => (Math.abs(window[0] ?? 0) > 0.1 ? 0.9 : 0.1),
  reset() {},
  async dispose() {},
}

const opened: MessagePort[] = []
afterEach(() => {
  for (const port of opened.splice(0)) port.close()
})

function channel() {
  const { port1, port2 } = new MessageChannel()
  opened.push(port1, port2)
  return { near: port1, far: port2 }
}

const speech = (ms: number) => new Float32Array((ms * RATE) / 1000).fill(0.5)
const silence = (ms: number) => new Float32Array((ms * RATE) / 1000)

/** A stream with both its neighbours played by the test: the sender, and a recognizer that answers only when told. */
function open(
  config: StreamConfig,
  answer: (message: JobPortMessage, reply: (r: JobPortReply) => void) => void,
) {
  const audio = channel()
  const jobs = channel()
  const events = channel()
  const heard: EventPortMessage[] = []
  const received: JobPortMessage[] = []
  const recycled: number[] = []
  events.far.onmessage = ({ data }: MessageEvent<EventPortMessage>) => heard.push(data)
  jobs.far.onmessage = ({ data }: MessageEvent<JobPortMessage>) => {
    received.push(data)
    answer(data, (reply) => jobs.far.postMessage(reply))
  }
  audio.far.onmessage = ({ data }: MessageEvent<AudioPortReply>) => {
    if (data.type === 'recycle') recycled.push(data.samples.length)
  }
  const inbox = new AudioInbox(audio.near)
  const sender = new JobSender(jobs.near, () => stream.progress())
  const stream = new ListenerStream(config, {
    inbox,
    jobs: sender,
    events: new EventSender(events.near),
    probe,
  })
  let frame = 0
  return {
    stream,
    heard,
    received,
    recycled,
    /** In chunks of 20 ms, as a worklet sends them. */
    send(samples: Float32Array) {
      for (let at = 0; at < samples.length; at += 320) {
        const chunk = samples.slice(at, at + 320)
        const { length } = chunk
        const message: AudioPortMessage = { type: 'audio', samples: chunk, length, startFrame: frame }
        audio.far.postMessage(message, [chunk.buffer])
        frame += length
      }
    },
    lose(frames: number) {
      frame += frames
    },
    end() {
      audio.far.postMessage({ type: 'end' } satisfies AudioPortMessage)
    },
  }
}

const settleAtOnce = (message: JobPortMessage, reply: (r: JobPortReply) => void) => {
  if (message.type !== 'job') return
  if (message.job.kind === 'final') reply({ type: 'settled', segmentId: message.job.segmentId })
  reply({ type: 'idle', sequence: message.sequence })
}
const neverAnswer = () => {}
const settled = () => new Promise((resolve) => setTimeout(resolve, 30))
const jobsOf = (received: readonly JobPortMessage[], kind: string) =>
  received.flatMap((message) => (message.type === 'job' && message.job.kind === kind ? [message.job] : []))
const types = (heard: readonly EventPortMessage[]) =>
  heard.map((event) => event.type).filter((type) => type !== 'level')

describe('ListenerStream', () => {
  it('sends exactly the sound of a segment, with its absolute position', async () => {
    const { stream, send, end, heard, received, recycled } = open(LIVE, settleAtOnce)
    send(silence(1024))
    send(speech(1024))
    send(silence(1024))
    end()
    await stream.finished
    await settled()
    expect(types(heard)).toEqual(['speech-start', 'speech-end', 'closed'])
    const [final] = jobsOf(received, 'final')
    expect(final?.payload.startSamples).toBe((1024 - 320) * 16)
    expect(final?.lengthSamples).toBe((320 + 1024 + 192) * 16)
    expect(final?.payload.samples.filter((sample) => sample === 0.5)).toHaveLength(1024 * 16)
    expect(recycled).toHaveLength(3 * Math.ceil(1024 / 20))
  })

  it('tells the start of speech while the recognizer is held up for good', async () => {
    const { stream, send, end, heard, received } = open(LIVE, neverAnswer)
    for (let i = 0; i < 3; i += 1) {
      send(speech(1024))
      send(silence(1024))
    }
    end()
    await stream.finished
    await settled()
    expect(types(heard).filter((type) => type === 'speech-start')).toHaveLength(3)
    expect(jobsOf(received, 'final')).toHaveLength(3)
  })

  it('sends partials at their distance while the recognizer keeps up, and none while it does not', async () => {
    const quick = open(LIVE, settleAtOnce)
    for (let i = 0; i < 20; i += 1) {
      quick.send(speech(100))
      await settled()
    }
    expect(jobsOf(quick.received, 'partial').length).toBeGreaterThanOrEqual(4)
    const slow = open(LIVE, neverAnswer)
    for (let i = 0; i < 20; i += 1) {
      slow.send(speech(100))
      await settled()
    }
    expect(jobsOf(slow.received, 'partial')).toHaveLength(1)
  })

  it('gives a candidate out in the silence and takes it back when speech goes on', async () => {
    const { stream, send, end, received } = open({ ...LIVE, partialIntervalMs: 60_000 }, settleAtOnce)
    send(speech(512))
    send(silence(320))
    send(speech(512))
    send(silence(1024))
    end()
    await stream.finished
    await settled()
    const order = received.map((message) => (message.type === 'job' ? message.job.kind : message.type))
    expect(order).toEqual(['candidate', 'resumed', 'candidate', 'final', 'end'])
    const [final] = jobsOf(received, 'final')
    const last = jobsOf(received, 'candidate').at(-1)
    expect(final?.payload.samples).toEqual(last?.payload.samples)
    expect(final?.payload.speechEndedAtMs).toBeDefined()
  })

  it('counts lost sound and puts silence in its place, so that later positions stay true', async () => {
    const { stream, send, lose, end, heard } = open(LIVE, settleAtOnce)
    send(silence(512))
    lose(RATE * 3)
    send(silence(520))
    send(speech(512))
    end()
    await stream.finished
    await settled()
    expect(heard).toContainEqual({
      type: 'overrun',
      where: 'capture',
      samples: RATE * 3,
      totalSamples: RATE * 3,
    })
    const start = heard.find((event) => event.type === 'speech-start')
    expect(start).toMatchObject({ startMs: 512 + 3000 + 520 - 320 })
  })

  it('holds a finite sound back until the recognizer has answered', async () => {
    const config: StreamConfig = { ...LIVE, live: false, overload: 'wait', totalMs: 4 * 2048 }
    const held: (() => void)[] = []
    const { stream, send, end, heard, received, recycled } = open(config, (message, reply) => {
      if (message.type !== 'job') return
      const { segmentId } = message.job
      held.push(() => reply({ type: 'settled', segmentId }))
    })
    for (let i = 0; i < 4; i += 1) {
      send(speech(1024))
      send(silence(1024))
    }
    end()
    await settled()
    expect(jobsOf(received, 'final')).toHaveLength(2)
    const taken = recycled.length
    expect(taken).toBeLessThan((4 * 2048) / 20)
    while (held.length > 0) {
      held.shift()?.()
      await settled()
    }
    await stream.finished
    await settled()
    expect(jobsOf(received, 'final')).toHaveLength(4)
    const progress = heard.flatMap((event) => (event.type === 'analysis-progress' ? [event.analyzedMs] : []))
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
  })

  it('takes everything as one segment where segmentation is off', async () => {
    const config: StreamConfig = { ...LIVE, live: false, overload: 'wait', segmentation: 'whole' }
    const { stream, send, end, received } = open(config, settleAtOnce)
    send(silence(1000))
    send(speech(1000))
    end()
    await stream.finished
    await settled()
    const [final, ...more] = jobsOf(received, 'final')
    expect(more).toEqual([])
    expect(final).toMatchObject({ lengthSamples: 2 * RATE, payload: { startSamples: 0 } })
  })

  it('ends with its error when the VAD fails', async () => {
    const audio = channel()
    const jobs = channel()
    const events = channel()
    const heard: EventPortMessage[] = []
    events.far.onmessage = ({ data }: MessageEvent<EventPortMessage>) => heard.push(data)
    const failing: VoiceProbe = { ...probe, probe: () => Promise.reject(new Error('out of order')) }
    const stream = new ListenerStream(LIVE, {
      inbox: new AudioInbox(audio.near),
      jobs: new JobSender(jobs.near, () => {}),
      events: new EventSender(events.near),
      probe: failing,
    })
    const samples = speech(64)
    audio.far.postMessage({ type: 'audio', samples, length: samples.length, startFrame: 0 })
    await stream.finished
    await settled()
    expect(heard.at(-1)).toMatchObject({
      type: 'closed',
      error: { code: 'inference-failed', message: 'out of order' },
    })
  })
})
