import { readFileSync } from 'node:fs'
import { SpeechError } from '@sensevoice-web/engine'
import { FakeVoiceProbe } from '@sensevoice-web/engine/testing'
import { packBekenFrame, packFrame } from '@sensevoice-web/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import { BusyError } from '../../backend/busy-error.ts'
import { Device, hex, type Reply, samplesOf, spoken } from '../../test-data/companion-rig.ts'
import { ConnectionRig, endRigs } from '../../test-data/connection-rig.ts'
import { opusPackets } from '../../test-data/opus-packets.ts'

afterEach(endRigs)

const refused = (error: SpeechError) => ConnectionRig.start(() => Promise.reject(error))
/** All that is heard is speech, and everything waits, until its connection ends. */
const stalled = () =>
  ConnectionRig.start(
    (_segment, { signal }) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    () => new FakeVoiceProbe(() => 0.9),
  )

interface Said {
  readonly type?: string
  readonly event?: { readonly type: string }
  readonly [field: string]: unknown
}

const said = async (device: Device): Promise<Said> => JSON.parse(await device.next())

/** Everything up to the first one of which that is true. */
async function saidUntil(device: Device, isLast: (message: Said) => boolean): Promise<Said[]> {
  const messages: Said[] = []
  for (;;) {
    const message = await said(device)
    messages.push(message)
    if (isLast(message)) return messages
  }
}

const STREAM = {
  type: 'hello',
  protocol: 'sensevoice',
  version: 1,
  audio: { format: 'pcm16', sampleRate: 16_000 },
}
const XIAOZHI = { type: 'hello', version: 1, transport: 'websocket', audio_params: { format: 'opus' } }
const BEKEN = { type: 'session.update', input_audio_format: 'pcm' }
const CHUNK_SAMPLES = 12_000
const packets = opusPackets(readFileSync(new URL('../../test-data/speech.opus.ogg', import.meta.url)))
const listen = (state: 'start' | 'stop') => JSON.stringify({ type: 'listen', state, mode: 'manual' })
const pcmOf = (samples: Float32Array) => Buffer.from(hex(samples), 'hex')

function chunksOf(samples: Float32Array): Float32Array[] {
  const count = Math.ceil(samples.length / CHUNK_SAMPLES)
  return Array.from({ length: count }, (_, at) =>
    samples.subarray(at * CHUNK_SAMPLES, (at + 1) * CHUNK_SAMPLES),
  )
}

function sendStream(device: Device, samples: Float32Array): void {
  for (const [sequence, chunk] of chunksOf(samples).entries()) {
    device.socket.send(packFrame(sequence, pcmOf(chunk)))
  }
}

function sendBeken(device: Device, samples: Float32Array): void {
  for (const [sequence, chunk] of chunksOf(samples).entries()) {
    device.socket.send(packBekenFrame(pcmOf(chunk), { sequence, timestampMs: 0 }))
  }
}

describe.each([
  [
    'is refused by an overloaded backend',
    new SpeechError('busy', '3 segments wait already', { hint: 'Try again.', retryable: true }),
    {
      words: '3 segments wait already. Try again.',
      device: { retry_after_ms: 1000 },
      stream: { retryAfterMs: 1000 },
    },
  ],
  [
    'is refused by a backend that says when to come back',
    new BusyError('the model servers are overloaded', { retryAfterMs: 30_000 }),
    {
      words: 'the model servers are overloaded. Try again in 30000 ms.',
      device: { retry_after_ms: 30_000 },
      stream: { retryAfterMs: 30_000 },
    },
  ],
  [
    'fails',
    new SpeechError('inference-failed', 'the model failed'),
    { words: 'the model failed', device: {}, stream: {} },
  ],
])('speech that %s', (_, error, { words, device: retry, stream: retryAfter }) => {
  const { code } = error
  const told = { error: words, code, ...retry }

  test('is the answer to its message in a', async () => {
    const rig = await refused(error)
    const device = await new Device('/ws/a', rig).open()
    expect(await device.ask({ audio: hex(samplesOf('en-three-one-four')) })).toEqual(told)
    expect(rig.errors.map((counted) => counted.code)).toEqual([code])
  })

  test('is the answer to the end of a stream in a', async () => {
    const device = await new Device('/ws/a', await refused(error)).open()
    for (const chunk of chunksOf(samplesOf('en-three-one-four'))) {
      expect(await device.ask({ audio: hex(chunk) })).toMatchObject({ text: '' })
    }
    expect(await device.ask({ audio: '', final: true })).toEqual(told)
    expect(await device.ask({ audio: '', final: true })).toMatchObject({ text: '' })
  })

  test('is an event in b, with a time to come back beside it if there is one', async () => {
    const rig = await refused(error)
    const device = await new Device('/ws/a', rig).open()
    expect(await device.ask(STREAM)).toMatchObject({ type: 'welcome' })
    sendStream(device, samplesOf('en-three-one-four'))
    device.socket.send('{"type":"finish"}')
    const messages = await saidUntil(device, ({ type }) => type === 'finished')
    const { retryable, hint, message } = error
    const event = { type: 'error', error: { code, message, hint, retryable } }
    expect(messages.filter(({ event }) => event?.type === 'error')).toEqual([
      { type: 'event', number: expect.any(Number), event, ...retryAfter },
    ])
    const withTime = messages.filter((message) => 'retryAfterMs' in message)
    expect(withTime.length).toBe(Object.keys(retryAfter).length)
    expect(rig.errors).toEqual([error])
  })

  test('is an alert in c', async () => {
    const rig = await refused(error)
    const device = await new Device('/ws/a', rig).open()
    const { session_id } = (await device.ask(XIAOZHI)) as unknown as { session_id: string }
    device.socket.send(listen('start'))
    for (const packet of packets) device.socket.send(packet)
    device.socket.send(listen('stop'))
    const alert = { type: 'alert', session_id, status: code, message: words, emotion: 'sad', ...retry }
    expect(await said(device)).toEqual(alert)
    expect(await device.ask(XIAOZHI)).toMatchObject({ type: 'hello' })
    expect(rig.errors).toEqual([error])
  })

  test('is told behind a commit in d, before the end', async () => {
    const rig = await refused(error)
    const device = await new Device('/ws/a', rig).open()
    expect(await device.ask(BEKEN)).toEqual({ type: 'session.updated' })
    sendBeken(device, samplesOf('en-three-one-four'))
    device.socket.send('{"type":"input_audio_buffer.commit"}')
    expect(await saidUntil(device, ({ type }) => type === 'response.audio.done')).toEqual([
      { type: 'input_audio_buffer.committed' },
      { type: 'response.created' },
      told,
      { type: 'response.audio.done' },
    ])
    expect(rig.errors).toEqual([error])
  })

  test('is told by itself in d where the VAD has ended it', async () => {
    const device = await new Device('/ws/a', await refused(error)).open()
    await device.ask(BEKEN)
    sendBeken(device, spoken('en-three-one-four'))
    expect(await said(device)).toEqual(told)
    expect(await device.ask(BEKEN)).toEqual({ type: 'session.updated' })
  })
})

describe('speech that is given up, since a minute of it waits before', () => {
  const clip = samplesOf('en-three-one-four')
  const TIMES = Math.ceil((200 * 16_000) / clip.length)
  const long = new Float32Array(TIMES * clip.length)
  for (let time = 0; time < TIMES; time += 1) long.set(clip, time * clip.length)
  const told = { error: expect.stringContaining('given up'), code: 'busy', retry_after_ms: 1000 }

  test('is the answer to a later message in a', async () => {
    const device = await new Device('/ws/a', await stalled()).open()
    let answer: Reply | undefined
    for (const chunk of chunksOf(long)) {
      answer = await device.ask({ audio: hex(chunk) })
      if (answer.error !== undefined) break
    }
    expect(answer).toEqual(told)
  })

  test('is an event with a time to come back in b', async () => {
    const rig = await stalled()
    const device = await new Device('/ws/a', rig).open()
    await device.ask(STREAM)
    sendStream(device, long)
    const messages = await saidUntil(device, ({ event }) => event?.type === 'overrun')
    expect(messages.at(-1)).toMatchObject({ event: { where: 'recognizer' }, retryAfterMs: 1000 })
    expect(rig.errors[0]).toMatchObject({ code: 'busy' })
  })

  test('is an alert in c', async () => {
    const device = await new Device('/ws/a', await stalled()).open()
    await device.ask(XIAOZHI)
    device.socket.send(listen('start'))
    for (let time = 0; time < TIMES; time += 1) for (const packet of packets) device.socket.send(packet)
    expect(await said(device)).toMatchObject({
      type: 'alert',
      status: 'busy',
      message: told.error,
      retry_after_ms: 1000,
    })
  })

  test('is told by itself in d', async () => {
    const rig = await stalled()
    const device = await new Device('/ws/a', rig).open()
    await device.ask(BEKEN)
    sendBeken(device, long)
    expect(await said(device)).toEqual(told)
    expect(rig.errors[0]).toMatchObject({ code: 'busy' })
  })
})
