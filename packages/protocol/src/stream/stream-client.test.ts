import { SpeechError, type SpeechEvent } from '@sensevoice-web/engine'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type WebSocket as Socket, WebSocket, WebSocketServer } from 'ws'
import { readClientMessage } from './client-messages.ts'
import { writeEvent } from './event-message.ts'
import { readFrame } from './frame.ts'
import { StreamClient } from './stream-client.ts'
import type { ConnectionState, StreamClientOptions } from './stream-client-options.ts'
import type { WebSocketClass } from './web-socket-like.ts'

/** A server over a real socket that keeps one session and does as the test says. */
class Server {
  readonly #server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  sockets: Socket[] = []
  hellos: ReturnType<typeof readClientMessage>[] = []
  sound: number[] = []
  sequences: number[] = []
  nextSequence = 0
  events: SpeechEvent[] = []
  keepsSession = true
  acks = true
  greets = true
  finishes = 0
  segmentEnds: number[] = []
  changes: unknown[] = []
  /** Sound that was here when something was changed. */
  soundAtChanges: number[] = []
  answersFinish = true

  constructor() {
    this.#server.on('connection', (socket) => {
      this.sockets.push(socket)
      socket.on('message', (data, binary) =>
        binary ? this.#frame(socket, data as Buffer) : this.#text(socket, String(data)),
      )
    })
  }

  started(): Promise<void> {
    return new Promise((resolve) => this.#server.once('listening', () => resolve()))
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as { port: number }).port}/ws/test`
  }

  say(message: object, socket = this.sockets.at(-1)): void {
    socket?.send(JSON.stringify(message))
  }

  /** Tells an event and keeps it, as a server does until it is acknowledged. */
  tell(event: SpeechEvent): void {
    this.events.push(event)
    this.sockets.at(-1)?.send(writeEvent(this.events.length - 1, event, 65_536))
  }

  cut(): void {
    this.sockets.at(-1)?.terminate()
  }

  stop(): void {
    for (const socket of this.sockets) socket.terminate()
    this.#server.close()
  }

  #text(socket: Socket, text: string): void {
    const message = readClientMessage(text)
    if (message.type === 'hello') {
      this.hellos.push(message)
      if (!this.greets) return
      const resumed = message.resume !== undefined && this.keepsSession
      this.say(
        {
          type: 'welcome',
          version: 1,
          session: 's',
          resumed,
          nextSequence: resumed ? this.nextSequence : 0,
          resumeMs: 30_000,
          model: { name: 'm', version: '1' },
          limits: { messageBytes: 1, unheardMs: 1 },
        },
        socket,
      )
      for (let number = message.resume?.nextEvent ?? 0; number < this.events.length; number += 1) {
        socket.send(writeEvent(number, this.events[number] as SpeechEvent, 65_536))
      }
    }
    if (message.type === 'end-segment') this.segmentEnds.push(this.sound.length)
    if (message.type === 'configure') {
      this.changes.push(message)
      this.soundAtChanges.push(this.sound.length)
    }
    if (message.type === 'ping') this.say({ type: 'pong', id: message.id }, socket)
    if (message.type === 'finish') {
      this.finishes += 1
      if (!this.answersFinish) return
      this.say({ type: 'finished', number: this.events.length, samples: this.sound.length }, socket)
    }
  }

  #frame(socket: Socket, data: Buffer): void {
    const { sequence, payload } = readFrame(data)
    this.sequences.push(sequence)
    if (sequence !== this.nextSequence) return
    this.nextSequence += 1
    for (let at = 0; at < payload.length; at += 2) {
      this.sound.push(new DataView(payload.buffer, payload.byteOffset).getInt16(at, true))
    }
    if (this.acks) this.say({ type: 'ack', nextSequence: this.nextSequence }, socket)
  }
}

let server: Server
let client: StreamClient
const heard: SpeechEvent[] = []
const states: ConnectionState[] = []

function connect(more: Partial<StreamClientOptions> = {}): StreamClient {
  client = new StreamClient({
    url: more.url ?? server.url,
    WebSocket: WebSocket as unknown as WebSocketClass,
    sampleRate: 16_000,
    onEvent: (event) => heard.push(event),
    onConnection: (state) => states.push(state),
    ...more,
  })
  return client
}

async function until(done: () => boolean): Promise<void> {
  const end = Date.now() + 5000
  while (!done()) {
    if (Date.now() > end) throw new Error('it never happened')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Samples that say their own position. */
const ramp = (from: number, length: number) =>
  Float32Array.from({ length }, (_, index) => ((from + index) % 30_000) / 32_768)
const speech = (segmentId: number): SpeechEvent => ({
  type: 'speech-start',
  segmentId,
  startMs: 0,
  startSamples: 0,
})

beforeEach(async () => {
  server = new Server()
  await server.started()
  heard.length = 0
  states.length = 0
})
afterEach(() => {
  client?.close()
  server.stop()
})

describe('StreamClient', () => {
  test('says hello first, sends sound in order and resolves when everything is answered', async () => {
    connect({ language: 'ja', withItn: false, partials: false, maxMessageBytes: 4095 })
    const welcome = await client.open()
    expect(welcome.model).toEqual({ name: 'm', version: '1' })
    expect(server.hellos[0]).toMatchObject({
      language: 'ja',
      withItn: false,
      partials: false,
      maxMessageBytes: 4095,
    })
    for (let at = 0; at < 20_000; at += 800) client.send(ramp(at, 800))
    expect(await client.finish()).toBe(20_000)
    expect(server.sound).toEqual(Array.from({ length: 20_000 }, (_, at) => at))
    expect(states.map(({ type }) => type)).toEqual(['connecting', 'open', 'closed'])
    expect(states.at(-1)).toEqual({ type: 'closed', lostMs: 0 })
    expect(client.unacknowledgedMs).toBe(0)
  })

  test('goes on after a cut without losing or doubling sound or events', async () => {
    connect()
    await client.open()
    client.send(ramp(0, 8000))
    await until(() => server.sound.length === 8000)
    server.acks = false
    client.send(ramp(8000, 8000))
    await until(() => server.sound.length === 16_000)
    server.tell(speech(0))
    await until(() => heard.length === 1)
    // This event is on its way when the connection is cut; the server keeps it.
    server.cut()
    server.events.push(speech(1))
    client.send(ramp(16_000, 8000))
    server.acks = true
    await until(() => states.filter(({ type }) => type === 'open').length === 2)
    expect(await client.finish()).toBe(24_000)
    expect(server.sound).toEqual(Array.from({ length: 24_000 }, (_, at) => at))
    expect(heard).toEqual([speech(0), speech(1)])
    expect(states.map(({ type }) => type)).toEqual(
      ['connecting', 'open', 'reconnecting', 'connecting', 'open', 'closed'].filter(
        (type, at) => !(type === 'connecting' && at > 0),
      ),
    )
    expect(server.hellos[1]).toMatchObject({ resume: { session: 's', nextEvent: 1 } })
  })

  test('ten cuts in a row lose nothing', async () => {
    connect()
    await client.open()
    for (let round = 0; round < 10; round += 1) {
      client.send(ramp(round * 1600, 1600))
      server.cut()
      await until(() => states.filter(({ type }) => type === 'open').length === round + 2)
    }
    expect(await client.finish()).toBe(16_000)
    expect(server.sound).toEqual(Array.from({ length: 16_000 }, (_, at) => at))
  })

  test('says that the session is lost when the server does', async () => {
    connect()
    await client.open()
    server.keepsSession = false
    client.send(ramp(0, 1600))
    server.cut()
    await until(() => states.at(-1)?.type === 'closed')
    expect(states.at(-1)).toMatchObject({ error: { code: 'network', retryable: true } })
    await expect(client.finish()).rejects.toMatchObject({ code: 'closed' })
  })

  test('events that come twice count once', async () => {
    connect()
    await client.open()
    server.tell(speech(0))
    server.sockets.at(-1)?.send(writeEvent(0, speech(0), 4096))
    server.tell(speech(1))
    await until(() => heard.length === 2)
    expect(heard).toEqual([speech(0), speech(1)])
  })

  test.each([
    ['text that is no JSON', 'nonsense', 'invalid-argument'],
    ['a message of no known type', '{"type":"surprise"}', 'invalid-argument'],
    ['an event too many', writeEvent(5, speech(5), 4096), 'network'],
    [
      'an error',
      '{"type":"error","error":{"code":"busy","message":"full","hint":"","retryable":true}}',
      'busy',
    ],
  ])('%s ends the connection with its reason', async (_, text, code) => {
    connect()
    await client.open()
    server.sockets.at(-1)?.send(text)
    await until(() => states.at(-1)?.type === 'closed')
    expect(states.at(-1)).toMatchObject({ error: { code } })
    expect(() => client.send(ramp(0, 10))).toThrow(SpeechError)
  })

  test('frames that the server has dropped are sent again', async () => {
    connect()
    await client.open()
    server.acks = false
    server.nextSequence = 1
    client.send(ramp(0, 1600))
    await until(() => server.sequences.length === 1)
    server.nextSequence = 0
    server.acks = true
    server.say({
      type: 'error',
      error: { code: 'invalid-argument', message: 'gap', hint: '', retryable: true },
      nextSequence: 0,
    })
    await until(() => server.sound.length === 1600)
    expect(server.sequences).toEqual([0, 0])
  })

  test('sound beyond what is kept is told and replaced by silence', async () => {
    connect()
    await client.open()
    server.acks = false
    for (let second = 0; second < 33; second += 1) client.send(ramp(0, 16_000))
    expect(client.unacknowledgedMs).toBe(30_000)
    await until(() => server.sound.length === 480_000)
    server.acks = true
    server.say({ type: 'ack', nextSequence: server.nextSequence })
    await until(() => client.unacknowledgedMs === 0)
    client.send(ramp(0, 1600))
    expect(heard).toEqual(
      [16_000, 32_000, 48_000].map((totalSamples) => ({
        type: 'overrun',
        where: 'capture',
        samples: 16_000,
        totalSamples,
      })),
    )
    expect(await client.finish()).toBe(33 * 16_000 + 1600)
  }, 20_000)

  test('hears again after more was lost than could ever be kept', async () => {
    connect()
    await client.open()
    server.acks = false
    for (let second = 0; second < 75; second += 1) client.send(ramp(0, 16_000))
    await until(() => server.sound.length === 480_000)
    server.acks = true
    server.say({ type: 'ack', nextSequence: server.nextSequence })
    await until(() => client.unacknowledgedMs === 0)
    client.send(ramp(7, 1600))
    expect(await client.finish()).toBe(75 * 16_000 + 1600)
    expect(server.sound.slice(-1600)).toEqual(Array.from({ length: 1600 }, (_, at) => at + 7))
    expect(heard.at(-1)).toMatchObject({ type: 'overrun', totalSamples: 45 * 16_000 })
  }, 20_000)

  test('sound that was lost at the end is told and counted too', async () => {
    connect()
    await client.open()
    server.acks = false
    for (let second = 0; second < 30; second += 1) client.send(ramp(0, 16_000))
    client.send(ramp(0, 800))
    server.acks = true
    expect(await client.finish()).toBe(30 * 16_000 + 800)
    expect(heard).toEqual([{ type: 'overrun', where: 'capture', samples: 800, totalSamples: 800 }])
  }, 20_000)

  test('asks for the end once, however many acknowledgements come', async () => {
    connect()
    await client.open()
    server.answersFinish = false
    client.send(ramp(0, 1600))
    const finished = client.finish()
    await until(() => server.finishes === 1)
    for (let ack = 0; ack < 5; ack += 1) server.say({ type: 'ack', nextSequence: server.nextSequence })
    server.answersFinish = true
    server.cut()
    expect(await finished).toBe(1600)
    expect(server.finishes).toBe(2)
  })

  test('a segment ends exactly behind the sound before it, also over a cut', async () => {
    connect()
    await client.open()
    client.send(ramp(0, 1600))
    client.endSegment()
    client.send(ramp(1600, 800))
    await until(() => server.sound.length === 2400)
    expect(server.segmentEnds).toEqual([1600])
    server.cut()
    client.send(ramp(2400, 800))
    client.endSegment()
    client.send(ramp(3200, 800))
    expect(await client.finish()).toBe(4000)
    expect(server.segmentEnds).toEqual([1600, 3200])
  })

  test('says what was changed, at once and to a session that goes on', async () => {
    connect({ segmentation: { hangOverMs: 500 }, live: false, partialIntervalMs: 250 })
    await client.open()
    expect(server.hellos[0]).toMatchObject({
      segmentation: { hangOverMs: 500 },
      live: false,
      partialIntervalMs: 250,
    })
    client.configure({ language: 'ja', segmentation: { softCutMs: 9000 } })
    await until(() => server.changes.length === 1)
    expect(server.changes[0]).toEqual({
      type: 'configure',
      language: 'ja',
      segmentation: { softCutMs: 9000 },
    })
    server.cut()
    await until(() => server.hellos.length === 2)
    expect(server.hellos[1]).toMatchObject({
      language: 'ja',
      segmentation: { hangOverMs: 500, softCutMs: 9000 },
    })
  })

  test('holds a fast sender back until the server has taken its sound', async () => {
    connect()
    await client.open()
    server.acks = false
    client.send(ramp(0, 16_000))
    let free = false
    const drained = client.drained(500).then(() => {
      free = true
    })
    await until(() => server.sound.length === 16_000)
    expect(free).toBe(false)
    server.say({ type: 'ack', nextSequence: server.nextSequence })
    await drained
    await client.drained(0)
    client.send(ramp(0, 16_000))
    const closed = client.drained(0)
    client.close()
    await closed
  })

  test('an overloaded server that asks for it gets no sound for a while, and then all of it', async () => {
    const error = new SpeechError('busy', 'full', { retryable: true })
    connect({
      onEvent: (event) => {
        heard.push(event)
        client.send(ramp(0, 1600))
        client.endSegment()
        client.configure({ language: 'ja' })
      },
    })
    await client.open()
    server.sockets.at(-1)?.send(writeEvent(0, { type: 'error', error }, 4096, 100))
    await until(() => server.segmentEnds.length === 1)
    // What is no sound has gone before it.
    expect(server.soundAtChanges).toEqual([0])
    expect([server.sound.length, ...server.segmentEnds]).toEqual([1600, 1600])
    expect(heard).toMatchObject([{ type: 'error', error: { code: 'busy' } }])
  })

  test('an end that nobody asked for is an error, so that its user goes on elsewhere', async () => {
    connect()
    await client.open()
    server.say({ type: 'finished', number: 0, samples: 0 })
    await until(() => states.at(-1)?.type === 'closed')
    expect(states.at(-1)).toMatchObject({ error: { code: 'network', retryable: true } })
  })

  test('sound behind the end is refused', async () => {
    connect()
    await client.open()
    server.answersFinish = false
    void client.finish()
    expect(() => client.send(ramp(0, 10))).toThrow('after the end')
  })

  test('an address that the page may not ask is a clear error', async () => {
    const WebSocket = class {
      constructor() {
        throw new DOMException('insecure from a secure page', 'SecurityError')
      }
    }
    connect({ WebSocket: WebSocket as unknown as WebSocketClass })
    await expect(client.open()).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('insecure'),
    })
    expect(states.at(-1)?.type).toBe('closed')
  })

  test('says how much sound the server never took', async () => {
    connect()
    await client.open()
    server.acks = false
    client.send(ramp(0, 16_000))
    server.keepsSession = false
    server.cut()
    await until(() => states.at(-1)?.type === 'closed')
    expect(states.at(-1)).toMatchObject({ lostMs: 1000, error: { code: 'network' } })
  })

  test('no server is a clear error', async () => {
    // The discard port: nobody listens there.
    connect({ url: 'ws://127.0.0.1:9/ws/test' })
    await expect(client.open()).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('not made'),
      hint: expect.stringContaining('token'),
    })
    expect(states.at(-1)?.type).toBe('closed')
  })

  test.each([
    [1008, 'pieces'],
    [1009, 'too big'],
    [4000, 'connected anew'],
  ])('code %i is final, and told for what it is', async (code, hint) => {
    connect()
    await client.open()
    server.sockets.at(-1)?.close(code)
    await until(() => states.at(-1)?.type === 'closed')
    const error = { code: 'network', message: expect.stringContaining(`ended (code ${code})`) }
    expect(states.at(-1)).toMatchObject({ error: { ...error, hint: expect.stringContaining(hint) } })
    expect(server.hellos).toHaveLength(1)
  })

  test('closing ends what waits', async () => {
    server.greets = false
    connect()
    const opened = client.open()
    await until(() => server.hellos.length === 1)
    client.close()
    await expect(opened).rejects.toMatchObject({ code: 'closed' })
  })

  test.each(['http://x', 'ws://', ''])('refuses the address %j', (url) => {
    expect(() => connect({ url })).toThrow(SpeechError)
  })

  test('measures the way to the server and back', async () => {
    connect()
    await client.open()
    await until(() => client.roundTripMs !== undefined)
    expect(client.roundTripMs).toBeLessThan(1000)
  })
})
