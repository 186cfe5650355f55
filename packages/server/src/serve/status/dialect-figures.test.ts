import { readFileSync } from 'node:fs'
import { floatToPcm16, readWav } from '@sensevoice-web/engine'
import { StreamClient, type WebSocketClass } from '@sensevoice-web/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { opusPackets } from '../../test-data/opus-packets.ts'
import { goldenPath } from '../../test-data/workspace.ts'
import { type Companion, startCompanion } from '../companion.ts'
import { readServeConfig } from '../config.ts'
import type { DeviceStatus } from './device-record.ts'

const { samples } = readWav(readFileSync(goldenPath('en-three-one-four')))
const packets = opusPackets(readFileSync(new URL('../../test-data/speech.opus.ogg', import.meta.url)))
/** Of each packet of that file. */
const PACKET_SECONDS = 0.02

let companion: Companion
const sockets: { close(): void }[] = []
beforeAll(async () => {
  companion = await startCompanion(readServeConfig(['--port', '0', '--drain-seconds', '5'], {}))
})
afterAll(async () => {
  for (const socket of sockets) socket.close()
  await companion.drain()
})

async function figures(id: string): Promise<DeviceStatus | undefined> {
  const body = await (await fetch(`${companion.url}/status/devices`)).json()
  return (body as { devices: DeviceStatus[] }).devices.find((device) => device.id === id)
}

const address = (id: string) => `${companion.url.replace('http', 'ws')}/ws/${id}`

async function device(id: string, query = ''): Promise<WebSocket> {
  const socket = new WebSocket(address(id) + query)
  sockets.push(socket)
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return socket
}

function beken(payload: Uint8Array): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt16LE(0xf0d5, 0)
  header.writeUInt16LE(payload.length, 10)
  return Buffer.concat([header, payload])
}

describe('the figures of a device, however it speaks', () => {
  test('stream', async () => {
    const client = new StreamClient({
      url: address('s'),
      WebSocket: WebSocket as unknown as WebSocketClass,
      sampleRate: 16_000,
      onEvent: () => {},
    })
    sockets.push(client)
    await client.open()
    // Silence behind it, so that the VAD ends the utterance.
    const silence = new Float32Array(32_000)
    client.send(samples)
    client.send(silence)
    await expect
      .poll(() => figures('s'))
      .toMatchObject({ dialect: 'stream', utterances: 1, latencyMs: { count: 1 }, failed: 0 })
    const seconds = (samples.length + silence.length) / 16_000
    expect((await figures('s'))?.soundSeconds).toBeCloseTo(seconds, 6)
  })

  test('xiaozhi', async () => {
    const socket = await device('x')
    socket.send(
      JSON.stringify({ type: 'hello', version: 1, transport: 'websocket', audio_params: { format: 'opus' } }),
    )
    socket.send(JSON.stringify({ type: 'listen', state: 'start', mode: 'manual' }))
    for (const packet of packets) socket.send(packet)
    socket.send(JSON.stringify({ type: 'listen', state: 'stop' }))
    await expect
      .poll(() => figures('x'))
      .toMatchObject({ dialect: 'xiaozhi', utterances: 1, latencyMs: { count: 1 }, failed: 0 })
    expect((await figures('x'))?.soundSeconds).toBeCloseTo(packets.length * PACKET_SECONDS, 6)
  })

  test('Beken, with PCM at a rate of its own', async () => {
    const socket = await device('b', '?sample_rate=8000')
    socket.send(JSON.stringify({ type: 'session.update', input_audio_format: 'pcm', input_audio_rate: 8000 }))
    const pcm = floatToPcm16(new Float32Array(4000))
    socket.send(beken(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)))
    await expect.poll(() => figures('b')).toMatchObject({ dialect: 'beken', soundSeconds: 0.5, failed: 0 })
  })
})

test('what waits is told while it waits', async () => {
  const socket = await device('w')
  const pcm = floatToPcm16(samples)
  const audio = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('hex')
  for (let count = 0; count < 20; count += 1) socket.send(JSON.stringify({ audio, sample_rate: 16_000 }))
  await expect.poll(async () => (await figures('w'))?.backlog.messages, { interval: 1 }).toBeGreaterThan(0)
  await expect.poll(() => figures('w')).toMatchObject({ utterances: 20, backlog: { messages: 0 } })
})
