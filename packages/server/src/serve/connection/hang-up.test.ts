import { readFileSync } from 'node:fs'
import type { RecognitionKind } from '@sensevoice-web/engine'
import { FakeVoiceProbe, scriptedResult } from '@sensevoice-web/engine/testing'
import { packBekenFrame, packFrame } from '@sensevoice-web/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import { Device, hex, samplesOf } from '../../test-data/companion-rig.ts'
import { ConnectionRig, endRigs } from '../../test-data/connection-rig.ts'
import { gate } from '../../test-data/gate.ts'
import { opusPackets } from '../../test-data/opus-packets.ts'

const clip = samplesOf('en-three-one-four')
const whole = JSON.stringify({ audio: hex(clip) })
const half = clip.subarray(0, 12_000)
const pcm = Buffer.from(hex(half), 'hex')
const packets = opusPackets(readFileSync(new URL('../../test-data/speech.opus.ogg', import.meta.url)))

afterEach(endRigs)

/** All sound is speech; finals wait until they are let go or given up. */
async function setUp() {
  const asked: { readonly kind: RecognitionKind; readonly signal: AbortSignal | undefined }[] = []
  const { open: release, opening: released } = gate()
  const rig = await ConnectionRig.start(
    async (segment, { kind, signal }) => {
      asked.push({ kind, signal })
      if (kind === 'final') {
        await Promise.race([
          released,
          new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
        ])
      }
      return scriptedResult('x', segment)
    },
    () => new FakeVoiceProbe(() => 0.9),
  )
  const device = await new Device('/ws/a', rig).open()
  return { rig, device, release, finals: () => asked.filter(({ kind }) => kind === 'final') }
}

const SPEECH = [
  ['a whole sound in a', [whole]],
  ['the end of a stream in a', [{ audio: hex(half) }, { audio: hex(half) }, { audio: '', final: true }]],
  [
    '`stop` in c',
    [
      { type: 'hello', version: 1, transport: 'websocket', audio_params: { format: 'opus' } },
      { type: 'listen', state: 'start', mode: 'manual' },
      ...packets,
      { type: 'listen', state: 'stop' },
    ],
  ],
  [
    'a commit in d',
    [
      { type: 'session.update', input_audio_format: 'pcm' },
      packBekenFrame(pcm, { sequence: 0, timestampMs: 0 }),
      { type: 'input_audio_buffer.commit' },
    ],
  ],
] as const

function send(device: Device, messages: readonly (string | object | Uint8Array)[]): void {
  for (const message of messages) {
    const isPlain = typeof message === 'string' || message instanceof Uint8Array
    device.socket.send(isPlain ? message : JSON.stringify(message))
  }
}

describe.each(SPEECH)('%s', (_, messages) => {
  test('is not recognized any more for a device that hangs up, nor what it said behind it', async () => {
    const { rig, device, finals } = await setUp()
    send(device, messages)
    await expect.poll(() => finals().length).toBe(1)
    device.socket.send(whole)
    await expect.poll(() => rig.connections[0]?.backlog.messages).toBe(2)
    device.socket.terminate()
    await expect.poll(() => finals()[0]?.signal?.aborted).toBe(true)
    await expect.poll(() => rig.connections[0]?.backlog.messages).toBe(0)
    expect(finals()).toHaveLength(1)
    // Nobody was told of it.
    expect(rig.errors).toEqual([])
  })

  test('is given up at once when its connection is closed from here', async () => {
    const { rig, device, finals } = await setUp()
    send(device, messages)
    await expect.poll(() => finals().length).toBe(1)
    rig.connections[0]?.close(4000, 'this device has connected again')
    expect(finals()[0]?.signal?.aborted).toBe(true)
    expect(await device.closed).toBe(4000)
  })
})

test('a session of b is recognized on while its client is away, and told when it is back', async () => {
  const { rig, device, finals, release } = await setUp()
  const hello = {
    type: 'hello',
    protocol: 'sensevoice',
    version: 1,
    audio: { format: 'pcm16', sampleRate: 16_000 },
    partials: false,
  }
  const { session } = (await device.ask(hello)) as unknown as { session: string }
  send(device, [packFrame(0, pcm), { type: 'end-segment' }])
  await expect.poll(() => finals().length).toBe(1)
  device.socket.terminate()
  await device.closed
  const back = await new Device('/ws/a', rig).open()
  const welcome = await back.ask({ ...hello, resume: { session, nextEvent: 0 } })
  expect(welcome).toMatchObject({ type: 'welcome', resumed: true, nextSequence: 1 })
  release()
  for (;;) {
    const { event } = JSON.parse(await back.next())
    if (event?.type === 'result') break
    expect(event?.type).not.toBe('error')
  }
  expect(finals()).toHaveLength(1)
  expect(finals()[0]?.signal?.aborted).toBe(false)
})
