import { readFileSync } from 'node:fs'
import { connect as connectTcp, type Socket } from 'node:net'
import { readWav, type SpeechEvent, type SpeechResult } from '@sensevoice-web/engine'
import { seededRandom } from '@sensevoice-web/engine/testing'
import { StreamClient, type StreamClientOptions, type WebSocketClass } from '@sensevoice-web/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { opusPackets } from '../test-data/opus-packets.ts'
import { goldenPath } from '../test-data/workspace.ts'
import { type Companion, startCompanion } from './companion.ts'
import { readServeConfig } from './config.ts'
import { signToken } from './tokens.ts'

const ENGLISH = '3 1 4.'
const MANDARIN = '语音识别。'

let companion: Companion
const opened: { close(): void }[] = []
beforeAll(async () => {
  companion = await start()
})
afterAll(() => companion.drain())
afterEach(() => {
  for (const client of opened.splice(0)) client.close()
})

function start(...argv: string[]): Promise<Companion> {
  return startCompanion(readServeConfig(['--port', '0', '--drain-seconds', '5', ...argv], {}))
}

function samplesOf(name: string): Float32Array {
  return readWav(readFileSync(goldenPath(name))).samples
}

/** Speech with silence around it, so that the VAD ends the utterance. */
function spoken(name: string): Float32Array {
  const speech = samplesOf(name)
  const sound = new Float32Array(speech.length + 16_000 + 8000)
  sound.set(speech, 8000)
  return sound
}

function hex(samples: Float32Array): string {
  const pcm = Int16Array.from(samples, (value) => Math.round(value * 32_767))
  return Buffer.from(pcm.buffer).toString('hex')
}

const wsUrl = (path: string, server = companion) => server.url.replace('http', 'ws') + path

interface Reply {
  readonly text: string
  readonly final: boolean
  readonly error?: string
  readonly code?: string
  readonly emotion_scores: Record<string, number>
  readonly language: string
  readonly language_scores: Record<string, number>
}

/** A device that sends a message and waits for its reply. */
class Device {
  readonly socket: WebSocket
  readonly closed: Promise<number>
  readonly #replies: string[] = []
  #wake: (() => void) | undefined

  constructor(path: string, server = companion, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(wsUrl(path, server), { headers })
    this.socket.on('message', (data) => {
      this.#replies.push(String(data))
      this.#wake?.()
    })
    this.socket.on('error', () => {})
    this.closed = new Promise((resolve) => this.socket.on('close', resolve))
    opened.push({ close: () => this.socket.terminate() })
  }

  async open(): Promise<this> {
    await new Promise((resolve, reject) => {
      this.socket.once('open', resolve)
      this.socket.once('unexpected-response', (_request, response) =>
        reject(new Error(String(response.statusCode))),
      )
      this.socket.once('error', reject)
    })
    return this
  }

  async ask(message: object | string): Promise<Reply> {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
    return JSON.parse(await this.next())
  }

  async next(): Promise<string> {
    while (this.#replies.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.#replies.shift() as string
  }
}

const status = async (
  path: string,
  headers: Record<string, string> = {},
  server = companion,
): Promise<string> => {
  try {
    await new Device(path, server, headers).open()
    return '101'
  } catch (error) {
    return (error as Error).message
  }
}

function stream(device: string, server = companion, options: Partial<StreamClientOptions> = {}) {
  const events: SpeechEvent[] = []
  const sockets: WebSocket[] = []
  class Kept extends WebSocket {
    constructor(url: string) {
      super(url)
      sockets.push(this)
    }
  }
  const client = new StreamClient({
    url: wsUrl(`/ws/${device}`, server),
    WebSocket: Kept as unknown as WebSocketClass,
    sampleRate: 16_000,
    onEvent: (event) => events.push(event),
    ...options,
  })
  opened.push(client)
  const results = () =>
    events.flatMap((event): SpeechResult[] => (event.type === 'result' ? [event.result] : []))
  return { client, events, results, sockets }
}

async function feed(client: StreamClient, sound: Float32Array, pauseMs = 0): Promise<void> {
  for (let at = 0; at < sound.length; at += 800) {
    client.send(sound.subarray(at, at + 800))
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

describe('the HTTP side', () => {
  test('tells health, liveness and readiness', async () => {
    const health = await fetch(`${companion.url}/health`)
    expect(health.status).toBe(200)
    expect(await health.json()).toMatchObject({
      status: 'ok',
      model: expect.any(String),
      live: true,
      ready: true,
      backend: 'local',
    })
    expect((await fetch(`${companion.url}/livez`)).status).toBe(200)
    expect((await fetch(`${companion.url}/readyz`)).status).toBe(200)
    expect((await fetch(`${companion.url}/nothing`)).status).toBe(404)
  })

  test('tells Prometheus counts and times, and nothing of who or what', async () => {
    const device = await new Device('/ws/secret-name').open()
    await device.ask({ audio: hex(samplesOf('en-three-one-four')) })
    const text = await (await fetch(`${companion.url}/metrics`)).text()
    expect(text).toMatch(/sensevoice_segments_total\{outcome="result"\} \d+/)
    expect(text).toMatch(/sensevoice_connections 1/)
    expect(text).toMatch(/sensevoice_queue_seconds_count \d+/)
    expect(text).toMatch(/sensevoice_stage_seconds_bucket/)
    expect(text).not.toContain('secret-name')
    expect(text).not.toContain(ENGLISH)
  })
})

describe('the device protocol', () => {
  test('a message of a second or more is an utterance', async () => {
    const device = await new Device('/ws/a').open()
    const reply = await device.ask({ audio: hex(samplesOf('en-three-one-four')), sample_rate: 16_000 })
    expect(reply).toMatchObject({ text: ENGLISH, language: 'en', final: true })
    const sum = (scores: Record<string, number>) =>
      Object.values(scores).reduce((total, score) => total + score, 0)
    expect(Object.keys(reply.emotion_scores)).toEqual(['neutral', 'happy', 'sad', 'angry', 'surprised'])
    expect(sum(reply.emotion_scores)).toBeCloseTo(1, 4)
    expect(sum(reply.language_scores)).toBeCloseTo(1, 4)
  })

  test('chunks of 50 ms are one stream: each is answered at once, and one reply is final', async () => {
    const device = await new Device('/ws/a').open()
    const sound = spoken('en-three-one-four')
    const replies: Reply[] = []
    for (let at = 0; at < sound.length; at += 800) {
      replies.push(await device.ask({ audio: hex(sound.subarray(at, at + 800)), sample_rate: 16_000 }))
    }
    const last = await device.ask({ audio: '', final: true })
    const finals = [...replies, last].filter(({ final, text }) => final && text !== '')
    expect(finals.map(({ text }) => text)).toEqual([ENGLISH])
    expect(replies.length).toBe(Math.ceil(sound.length / 800))
  })

  test('a button that is let go ends the utterance', async () => {
    const device = await new Device('/ws/a').open()
    const sound = samplesOf('zh-yu-yin-shi-bie')
    for (let at = 0; at < sound.length; at += 800) {
      await device.ask({ audio: hex(sound.subarray(at, at + 800)), final: false })
    }
    expect(await device.ask({ audio: '', final: true })).toMatchObject({
      text: MANDARIN,
      language: 'zh',
      final: true,
    })
  })

  test('bad input is answered, and the connection lives on', async () => {
    const device = await new Device('/ws/a').open()
    for (const bad of [
      'x',
      '{}',
      '{"audio":1}',
      '{"audio":"0"}',
      '{"audio":"zzzz"}',
      '{"audio":"","sample_rate":1}',
    ]) {
      expect(await device.ask(bad)).toMatchObject({ error: expect.any(String) })
    }
    device.socket.send(Buffer.from([1, 2, 3]))
    expect(JSON.parse(await device.next())).toMatchObject({ error: expect.stringContaining('text') })
    expect(await device.ask({ audio: hex(samplesOf('en-three-one-four')) })).toMatchObject({ text: ENGLISH })
  })

  test('a fragmented message is one message', async () => {
    const device = await new Device('/ws/a').open()
    const text = JSON.stringify({ audio: hex(samplesOf('en-three-one-four')) })
    for (let at = 0; at < text.length; at += 4096) {
      device.socket.send(text.slice(at, at + 4096), { fin: at + 4096 >= text.length })
    }
    expect(JSON.parse(await device.next())).toMatchObject({ text: ENGLISH })
  })
})

describe('the stream protocol', () => {
  test('tells the events of a page, with partials, and finishes', async () => {
    const { client, events, results } = stream('a')
    await client.open()
    await feed(client, spoken('en-three-one-four'))
    await client.finish()
    const types = new Set(events.map(({ type }) => type))
    expect([...types].filter((type) => type !== 'partial')).toEqual(['speech-start', 'speech-end', 'result'])
    expect(results()[0]).toMatchObject({ text: ENGLISH, language: 'en' })
    expect(results()[0]?.tokens.length).toBeGreaterThan(0)
  })

  test('goes on after a cut without losing or doubling anything', async () => {
    const { client, results, sockets } = stream('a')
    await client.open()
    const sound = spoken('en-three-one-four')
    const feeding = feed(client, sound, 10)
    for (const afterMs of [100, 300]) {
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      sockets.at(-1)?.terminate()
    }
    await feeding
    const samples = await client.finish()
    expect(sockets.length).toBe(3)
    expect(samples).toBe(sound.length)
    expect(results().map(({ text }) => text)).toEqual([ENGLISH])
  }, 20_000)

  test('says what the model knows, before any sound', async () => {
    const { model } = await stream('told').client.open()
    expect(model).toMatchObject({ version: expect.stringMatching(/\d/), notice: expect.stringMatching(/./) })
    expect(model.languages).toContain('yue')
    expect(model.license?.name).toMatch(/./)
  })

  test('finite sound comes as fast as it can be heard, as one segment if that is wished', async () => {
    const { client, events, results } = stream('whole', companion, {
      segmentation: 'whole',
      live: false,
      partials: false,
    })
    await client.open()
    client.send(spoken('en-three-one-four'))
    await client.finish()
    expect(events.map(({ type }) => type)).toEqual(['speech-start', 'speech-end', 'result'])
    expect(results()[0]).toMatchObject({ text: ENGLISH, startSamples: 0 })
  })

  test('a segment ends where its client says so', async () => {
    const { client, events, results } = stream('ended')
    await client.open()
    client.send(samplesOf('en-three-one-four'))
    client.endSegment()
    await expect.poll(() => results().length).toBe(1)
    expect(events.find(({ type }) => type === 'speech-end')).toMatchObject({ reason: 'flush' })
    client.send(spoken('en-three-one-four'))
    await client.finish()
    expect(results().map(({ text }) => text)).toEqual([ENGLISH, ENGLISH])
  })

  test('two devices at once never mix', async () => {
    const [one, two] = [stream('one'), stream('two')]
    await Promise.all([one.client.open(), two.client.open()])
    await Promise.all([
      feed(one.client, spoken('en-three-one-four'), 1),
      feed(two.client, spoken('zh-yu-yin-shi-bie'), 1),
    ])
    await Promise.all([one.client.finish(), two.client.finish()])
    expect(one.results().map(({ text }) => text)).toEqual([ENGLISH])
    expect(two.results().map(({ text }) => text)).toEqual([MANDARIN])
  })

  test('a session is its own device’s alone', async () => {
    const { client } = stream('mine')
    const { session } = await client.open()
    const thief = await new Device('/ws/other').open()
    const audio = { format: 'pcm16', sampleRate: 16_000 }
    const resume = { session, nextEvent: 0 }
    const hello = { type: 'hello', protocol: 'sensevoice', version: 1, audio, resume }
    expect(await thief.ask(hello)).toMatchObject({ type: 'welcome', resumed: false })
  })

  test('a gap in the frames is told once, and sound that is none is refused', async () => {
    const device = await new Device('/ws/a').open()
    const audio = { format: 'opus', sampleRate: 16_000 }
    await device.ask({ type: 'hello', protocol: 'sensevoice', version: 1, audio })
    const frame = (sequence: number) => Buffer.from([1, 0, 0, 0, sequence, 0, 0, 0, 255, 255, 255])
    device.socket.send(frame(3))
    device.socket.send(frame(4))
    expect(JSON.parse(await device.next())).toMatchObject({ type: 'error', nextSequence: 0 })
    device.socket.send(frame(0))
    expect(JSON.parse(await device.next())).toMatchObject({ type: 'error', error: { code: 'invalid-audio' } })
    expect(await device.ask({ type: 'ping', id: 7 })).toEqual({ type: 'pong', id: 7 })
  })
})

describe('the xiaozhi protocol', () => {
  const HELLO = { type: 'hello', version: 3, transport: 'websocket', audio_params: { format: 'opus' } }
  const packets = opusPackets(readFileSync(new URL('../test-data/speech.opus.ogg', import.meta.url)))
  const framed = (packet: Buffer) =>
    Buffer.concat([Buffer.from([0, 0, packet.length >> 8, packet.length & 255]), packet])

  test('a button is held and let go: text, a face, everything', async () => {
    const device = await new Device('/ws', companion, { 'Device-Id': '00:11:22:33:44:55' }).open()
    const hello = (await device.ask(HELLO)) as unknown as { session_id: string }
    device.socket.send(JSON.stringify({ type: 'listen', state: 'start', mode: 'manual' }))
    for (const packet of packets) device.socket.send(framed(packet))
    device.socket.send(JSON.stringify({ type: 'listen', state: 'stop' }))
    const [stt, llm, custom] = [await device.next(), await device.next(), await device.next()].map((text) =>
      JSON.parse(text),
    )
    expect(stt).toEqual({ type: 'stt', session_id: hello.session_id, text: ENGLISH })
    expect(llm).toMatchObject({ type: 'llm', emotion: expect.any(String) })
    expect(custom.payload).toMatchObject({ text: ENGLISH, language: 'en' })
  })

  test('in auto mode the VAD ends the utterance, and bare packets are version 1', async () => {
    const device = await new Device('/ws/a').open()
    await device.ask({ ...HELLO, version: 1 })
    device.socket.send(JSON.stringify({ type: 'listen', state: 'start', mode: 'auto' }))
    for (const packet of packets) device.socket.send(packet)
    // The shortest packet there is: 20 ms of silence, over and over.
    for (let count = 0; count < 60; count += 1) device.socket.send(Buffer.from([0xf8, 0xff, 0xfe]))
    expect(JSON.parse(await device.next())).toMatchObject({ type: 'stt', text: ENGLISH })
  })

  test('sound that is no Opus is told, and the connection lives on', async () => {
    const device = await new Device('/ws/a').open()
    await device.ask({ ...HELLO, version: 1 })
    device.socket.send(JSON.stringify({ type: 'listen', state: 'start' }))
    device.socket.send(Buffer.from([255, 255, 255]))
    expect(JSON.parse(await device.next())).toMatchObject({ code: 'invalid-audio' })
    expect(await device.ask(HELLO)).toMatchObject({ type: 'hello' })
  })

  test('stock firmware is told where to come to, and gets its token if it is named', async () => {
    const server = await start('--token-secret', 's', '--ota-device', 'known')
    const ask = (device: string, method = 'POST') =>
      fetch(`${server.url}/xiaozhi/ota/`, { method, headers: { 'Device-Id': device } })
    expect((await ask('unknown')).status).toBe(403)
    expect((await ask('known', 'GET')).status).toBe(405)
    const { websocket } = (await (await ask('known')).json()) as { websocket: { url: string; token: string } }
    expect(websocket.url).toBe(`${server.url.replace('http', 'ws')}/ws`)
    const headers = { 'Device-Id': 'known', Authorization: `Bearer ${websocket.token}` }
    expect(await status('/ws', headers, server)).toBe('101')
    await server.drain()
  })

  test.each([
    ['over TLS behind a trusted proxy that ends it', ['--trust-proxy'], 'wss:'],
    ['as it came, whatever a header of its own says', [], 'ws:'],
  ])('stock firmware is sent on %s', async (_, argv, protocol) => {
    const server = await start(...argv)
    const headers = { 'Device-Id': 'a', 'X-Forwarded-Proto': 'https' }
    const answer = await fetch(`${server.url}/xiaozhi/ota/`, { method: 'POST', headers })
    const { websocket } = (await answer.json()) as { websocket: { url: string } }
    expect(new URL(websocket.url).protocol).toBe(protocol)
    await server.drain()
  })
})

describe('the protocol of Beken’s firmware', () => {
  const packets = opusPackets(readFileSync(new URL('../test-data/speech.opus.ogg', import.meta.url)))
  const framed = (payload: Buffer) => {
    const header = Buffer.alloc(16)
    header.writeUInt16LE(0xf0d5, 0)
    header.writeUInt16LE(payload.length, 10)
    return Buffer.concat([header, payload])
  }
  const types = async (device: Device, count: number) => {
    const replies: { type: string; text?: string }[] = []
    for (let at = 0; at < count; at += 1) replies.push(JSON.parse(await device.next()))
    return replies
  }

  test('a button is let go: the text for the screen, and the end', async () => {
    const device = await new Device('/ws/a').open()
    const config = { version: 2, audio: { to_server: { format: 'opus', sample_rate: 24_000 } } }
    expect(await device.ask({ type: 'hello', config })).toMatchObject({ type: 'hello_response', code: 200 })
    for (const packet of packets) device.socket.send(framed(packet))
    device.socket.send(JSON.stringify({ type: 'input_audio_buffer.commit' }))
    const replies = await types(device, 5)
    expect(replies.map(({ type }) => type)).toEqual([
      'input_audio_buffer.committed',
      'response.created',
      'request_text',
      'custom',
      'response.audio.done',
    ])
    expect(replies[2]?.text).toBe(ENGLISH)
  })

  test('PCM comes at the rate that the address says, and the VAD ends the utterance', async () => {
    const device = await new Device('/ws/a?sample_rate=16000').open()
    const update = { type: 'session.update', input_audio_format: 'pcm', input_audio_rate: 24_000 }
    expect(await device.ask(update)).toEqual({ type: 'session.updated' })
    const pcm = Buffer.from(hex(spoken('en-three-one-four')), 'hex')
    for (let at = 0; at < pcm.length; at += 1600) device.socket.send(framed(pcm.subarray(at, at + 1600)))
    const replies = await types(device, 4)
    expect(replies.map(({ type }) => type)).toEqual([
      'response.created',
      'request_text',
      'custom',
      'response.audio.done',
    ])
    expect(replies[1]?.text).toBe(ENGLISH)
  })

  test('a codec that is not heard here is told, and the connection lives on', async () => {
    const device = await new Device('/ws/a').open()
    expect(await device.ask({ type: 'session.update', input_audio_format: 'G722' })).toMatchObject({
      code: 'unsupported-audio',
    })
    device.socket.send(Buffer.from('no frame'))
    expect(JSON.parse(await device.next())).toMatchObject({ code: 'invalid-argument' })
    expect(await device.ask({ type: 'hello', interact_mode: 3 })).toMatchObject({ type: 'hello_response' })
    expect(await status('/ws/a?sample_rate=1')).toBe('400')
  })
})

describe('who is let in', () => {
  test('paths and device ids are checked before the upgrade', async () => {
    expect(await status('/ws/kitchen_1.a:b-c')).toBe('101')
    expect(await status('/ws', { 'Device-Id': 'kitchen' })).toBe('101')
    expect(await status('/ws?device_id=kitchen')).toBe('101')
    expect(await status('/ws')).toBe('400')
    expect(await status('/ws/a%20b')).toBe('400')
    expect(await status('/ws/%ff')).toBe('400')
    expect(await status(`/ws/${'x'.repeat(65)}`)).toBe('400')
    expect(await status('/elsewhere/a')).toBe('400')
  })

  test('tokens are, and origins of pages', async () => {
    const server = await start('--token-secret', 's', '--origin', 'https://mine.example')
    const token = signToken('s', 'a', Math.ceil(Date.now() / 1000) + 60)
    expect(await status('/ws/a', {}, server)).toBe('401')
    expect(await status('/ws/b', { Authorization: `Bearer ${token}` }, server)).toBe('401')
    expect(await status('/ws/a', { Authorization: `Bearer ${token}` }, server)).toBe('101')
    expect(await status(`/ws/a?token=${token}`, { Origin: 'https://mine.example' }, server)).toBe('101')
    expect(await status(`/ws/a?token=${token}`, { Origin: 'https://other.example' }, server)).toBe('403')
    // As Beken's firmware does.
    expect(await status(`/ws/a?token=${token}`, { Origin: server.url }, server)).toBe('101')
    await server.drain()
  })

  test('connections are counted, and each is given back', async () => {
    const server = await start('--connections', '2')
    const first = await new Device('/ws/a', server).open()
    await new Device('/ws/b', server).open()
    expect(await status('/ws/c', {}, server)).toBe('503')
    first.socket.close()
    await first.closed
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await status('/ws/c', {}, server)).toBe('101')
    await server.drain()
  })

  test('of two connections of one device the newest wins', async () => {
    const first = await new Device('/ws/a').open()
    await new Device('/ws/a').open()
    expect(await first.closed).toBe(4000)
  })
})

describe('abuse', () => {
  /** Bytes straight onto the socket, behind a proper upgrade. */
  async function raw(bytes: Buffer): Promise<Socket> {
    const { port } = new URL(companion.url)
    const socket = connectTcp(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    opened.push({ close: () => socket.destroy() })
    socket.write(
      'GET /ws/raw HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve))
    expect(answer.toString()).toContain('101')
    // Firmware reads it into 1600 bytes, and loses what comes behind it.
    expect(answer.length).toBeLessThan(1600)
    expect(answer.toString().endsWith('\r\n\r\n')).toBe(true)
    socket.write(bytes)
    return socket
  }
  const ended = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))

  test.each([
    ['an unmasked frame', Buffer.from([0x81, 1, 65])],
    ['a frame of 2^63 bytes', Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0])],
    ['a control frame in pieces', Buffer.from([0x09, 0x80, 0, 0, 0, 0])],
    ['an unknown opcode', Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
    ['text that is no UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])],
    ['half a close frame', Buffer.from([0x88, 0x81, 0, 0, 0, 0, 3])],
  ])('%s ends that connection and no other', async (_, bytes) => {
    const other = await new Device('/ws/other').open()
    await ended(await raw(bytes))
    expect(await other.ask({ audio: '' })).toMatchObject({ final: false })
  })

  test('a message over the limit is closed with 1009', async () => {
    const server = await start('--message-bytes', '4096')
    const device = await new Device('/ws/a', server).open()
    device.socket.send('x'.repeat(5000))
    expect(await device.closed).toBe(1009)
    await server.drain()
  })

  test('a client that never reads is cut off, and memory does not grow', async () => {
    const device = await new Device('/ws/slow').open()
    const audio = { format: 'pcm16', sampleRate: 16_000 }
    await device.ask({ type: 'hello', protocol: 'sensevoice', version: 1, audio })
    device.socket.pause()
    const ping = JSON.stringify({ type: 'ping', id: Number.MAX_SAFE_INTEGER })
    const before = process.memoryUsage().arrayBuffers
    for (let round = 0; round < 200 && device.socket.readyState === WebSocket.OPEN; round += 1) {
      for (let count = 0; count < 1000; count += 1) device.socket.send(ping)
      await new Promise((resolve) => setTimeout(resolve, 5))
      const text = await (await fetch(`${companion.url}/metrics`)).text()
      if (/sensevoice_slow_readers_total [1-9]/.test(text)) break
    }
    expect(await (await fetch(`${companion.url}/metrics`)).text()).toMatch(
      /sensevoice_slow_readers_total [1-9]/,
    )
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20)
  }, 60_000)

  test('10,000 messages of noise are each answered', async () => {
    const random = seededRandom(9)
    const device = await new Device('/ws/noise').open()
    const valid = '{"audio":"00010203","sample_rate":16000}'
    for (let round = 0; round < 10_000; round += 100) {
      for (let count = 0; count < 100; count += 1) {
        const letters = [...valid]
        letters[Math.floor(random() * letters.length)] = String.fromCharCode(32 + random() * 95)
        device.socket.send(letters.join(''))
      }
      for (let count = 0; count < 100; count += 1) JSON.parse(await device.next())
    }
  }, 60_000)
})

describe('overload and going away', () => {
  test('too many waiting segments are refused at once, with a time to come back', async () => {
    const server = await start('--parallel', '1', '--queue', '1')
    const devices = await Promise.all(
      Array.from({ length: 12 }, (_, at) => new Device(`/ws/d${at}`, server).open()),
    )
    const audio = hex(samplesOf('en-three-one-four'))
    const replies = await Promise.all(devices.map((device) => device.ask({ audio })))
    const busy = replies.filter(({ code }) => code === 'busy')
    expect(busy.length).toBeGreaterThan(0)
    expect(busy[0]).toMatchObject({ retry_after_ms: 1000 })
    expect(replies.filter(({ text }) => text === ENGLISH).length).toBe(12 - busy.length)
    await server.drain()
  })

  test('draining answers what was begun, closes with 1001 and lets nobody in', async () => {
    const server = await start()
    const device = await new Device('/ws/a', server).open()
    device.socket.send(JSON.stringify({ audio: hex(samplesOf('en-three-one-four')) }))
    await new Promise((resolve) => setTimeout(resolve, 5))
    const drained = server.drain()
    expect(JSON.parse(await device.next())).toMatchObject({ text: ENGLISH })
    expect(await device.closed).toBe(1001)
    await drained
    await expect(fetch(`${server.url.replace(/\/$/, '')}/health`)).rejects.toThrow()
  })
})
