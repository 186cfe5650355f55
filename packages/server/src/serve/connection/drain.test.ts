import { setImmediate } from 'node:timers/promises'
import { FakeVoiceProbe, scriptedResult } from '@sensevoice-web/engine/testing'
import { packFrame } from '@sensevoice-web/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import { Device, ENGLISH, samplesOf, start, stream } from '../../test-data/companion-rig.ts'
import { ConnectionRig, endRigs } from '../../test-data/connection-rig.ts'
import { gate } from '../../test-data/gate.ts'

afterEach(endRigs)

/** What the client was closed with, as it was told. */
const codeOf = (socket: { on(name: 'close', heard: (code: number) => void): unknown } | undefined) =>
  new Promise<number>((resolve) => socket?.on('close', resolve))

describe('a server that goes away, in the stream protocol', () => {
  test('answers what is being said, once, and ends nobody’s session by itself', async () => {
    const server = await start()
    const { client, states, results, sockets } = stream('a', server)
    await client.open()
    const code = codeOf(sockets[0])
    // No silence behind it: the VAD waits for more.
    client.send(samplesOf('en-three-one-four'))
    await expect.poll(() => client.unacknowledgedMs).toBe(0)
    await server.drain()
    expect(await code).toBe(1001)
    expect(results().map(({ text }) => text)).toEqual([ENGLISH])
    expect(states.map(({ type }) => type).slice(0, 3)).toEqual(['connecting', 'open', 'reconnecting'])
    expect(states.some(({ type }) => type === 'closed')).toBe(false)
  })

  test('leaves a client in silence its session, and sound can still be given to it', async () => {
    const server = await start()
    const { client, events, states, sockets } = stream('a', server)
    await client.open()
    const code = codeOf(sockets[0])
    client.send(new Float32Array(16_000))
    await expect.poll(() => client.unacknowledgedMs).toBe(0)
    await server.drain()
    expect(await code).toBe(1001)
    await expect.poll(() => states.at(-1)?.type).toBe('reconnecting')
    expect(events).toEqual([])
    client.send(new Float32Array(800))
    expect(client.unacknowledgedMs).toBe(50)
  })

  test('tells the end to who has asked for it, behind the last result', async () => {
    const { open, opening } = gate()
    const asked: string[] = []
    const rig = await ConnectionRig.start(async (segment, { kind }) => {
      asked.push(kind)
      await opening
      return scriptedResult('x', segment)
    })
    const { client, events, states } = stream('a', rig, { partials: false })
    await client.open()
    client.send(samplesOf('en-three-one-four'))
    const finished = client.finish()
    await expect.poll(() => asked, { timeout: 10_000 }).toContain('final')
    const drained = rig.connections[0]?.drain()
    // Who does not wait for the result closes now.
    await setImmediate()
    open()
    expect(await finished).toBe(samplesOf('en-three-one-four').length)
    await drained
    expect(events.filter(({ type }) => type === 'result')).toHaveLength(1)
    expect(states.at(-1)).toEqual({ type: 'closed', lostMs: 0 })
  })

  test('does not answer half of what is to be one segment', async () => {
    const rig = await ConnectionRig.start(async (segment) => scriptedResult('x', segment))
    const { client, events, sockets } = stream('a', rig, { segmentation: 'whole', live: false })
    await client.open()
    const code = codeOf(sockets[0])
    client.send(samplesOf('en-three-one-four'))
    await expect.poll(() => client.unacknowledgedMs).toBe(0)
    await rig.connections[0]?.drain()
    expect(await code).toBe(1001)
    expect(events.filter(({ type }) => type === 'result' || type === 'speech-end')).toEqual([])
  })

  test('takes no sound behind that', async () => {
    const { open, opening } = gate()
    const rig = await ConnectionRig.start(
      async (segment) => scriptedResult('x', segment),
      async () => {
        await opening
        return new FakeVoiceProbe(() => 0)
      },
    )
    const device = await new Device('/ws/a', rig).open()
    const audio = { format: 'pcm16', sampleRate: 16_000 }
    device.socket.send(JSON.stringify({ type: 'hello', protocol: 'sensevoice', version: 1, audio }))
    await expect.poll(() => rig.connections[0]?.backlog.messages).toBe(1)
    const drained = rig.connections[0]?.drain()
    for (let sequence = 0; sequence < 5; sequence += 1) {
      device.socket.send(packFrame(sequence, new Uint8Array(1600)))
    }
    open()
    await drained
    expect(await device.closed).toBe(1001)
    expect(rig.soundMs).toBe(0)
    expect(JSON.parse(await device.next())).toMatchObject({ type: 'welcome' })
  })
})
