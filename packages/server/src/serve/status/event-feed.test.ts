import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { SpeechError, type SpeechEvent } from '@sensevoice-web/engine'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DeviceStatus } from './device-record.ts'
import { EventFeed } from './event-feed.ts'

const STATUS: DeviceStatus = {
  id: 'kitchen',
  dialect: 'device',
  connectedSince: '2026-01-01T00:00:00.000Z',
  connectedSeconds: 1,
  soundSeconds: 0,
  utterances: 0,
  latencyMs: null,
  backlog: { messages: 0, soundSeconds: 0 },
  droppedSeconds: 0,
  failed: 0,
}

let server: Server
let slow: number
let closed: boolean
let feeds: EventFeed[]
const sockets: Socket[] = []
beforeEach(async () => {
  slow = 0
  closed = false
  feeds = []
  server = createServer((_request, response) => {
    response.once('close', () => {
      closed = true
    })
    feeds.push(
      new EventFeed(response, () => {
        slow += 1
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** A reader that has asked, and what serves it. */
async function reader(): Promise<{ socket: Socket; feed: EventFeed }> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  await expect.poll(() => feeds.length).toBe(1)
  return { socket, feed: feeds[0] as EventFeed }
}

async function everything(socket: Socket): Promise<string> {
  let text = ''
  for await (const piece of socket) text += String(piece)
  return text
}

const failure = (message: string): SpeechEvent => ({
  type: 'error',
  error: new SpeechError('inference-failed', message, { cause: new Error('of the inside') }),
})

describe('EventFeed', () => {
  test('tells the opening, events and the end, and then ends', async () => {
    const { socket, feed } = await reader()
    feed.opened(STATUS)
    feed.event({ type: 'speech-start', segmentId: 3, startMs: 60, startSamples: 960 })
    feed.gone('left')
    const text = await everything(socket)
    expect(text).toContain(`event: open\ndata: ${JSON.stringify(STATUS)}\n\n`)
    expect(text).toContain('data: {"type":"speech-start","segmentId":3,"startMs":60,"startSamples":960}\n\n')
    expect(text).toContain('event: gone\ndata: {"reason":"left"}\n\n')
    expect(slow).toBe(0)
  })

  test('leaves out levels, and of errors what is inside of the server', async () => {
    const { socket, feed } = await reader()
    feed.event({ type: 'level', rms: 0, peak: 0, speechProbability: 0, speaking: false, positionMs: 0 })
    feed.event(failure('it failed'))
    feed.gone('going-away')
    const text = await everything(socket)
    expect(text).toContain('it failed')
    expect(text).not.toContain('"level"')
    expect(text).not.toContain('of the inside')
    expect(text).not.toContain('event-feed')
  })

  test('cuts a reader that does not read, and says so', async () => {
    const { socket, feed } = await reader()
    socket.pause()
    const large = failure('x'.repeat(50_000))
    // The system takes some megabytes before anything waits here.
    for (let count = 0; count < 2000 && slow === 0; count += 1) {
      feed.event(large)
      if (count % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(slow).toBe(1)
    await expect.poll(() => closed).toBe(true)
    feed.event(large)
    feed.gone('left')
    expect(slow).toBe(1)
  })
})
