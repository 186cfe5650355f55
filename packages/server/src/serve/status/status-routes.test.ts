import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { readWav } from '@sensevoice-web/engine'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { goldenPath } from '../../test-data/workspace.ts'
import { type Companion, startCompanion } from '../companion.ts'
import { readServeConfig } from '../config.ts'
import type { DeviceStatus } from './device-record.ts'

const ENGLISH = '3 1 4.'
const TOKEN = 'a-token-of-the-operator'

let open: Companion
let guarded: Companion
const sockets: WebSocket[] = []
const reading: AbortController[] = []
beforeAll(async () => {
  open = await start()
  guarded = await start('--host', '0.0.0.0', '--insecure-no-auth', '--status-token', TOKEN)
})
afterAll(async () => {
  await open.drain()
  await guarded.drain()
})
afterEach(async () => {
  for (const controller of reading.splice(0)) controller.abort()
  const closed = sockets.splice(0).map((socket) => {
    socket.terminate()
    return socket.readyState === WebSocket.CLOSED
      ? undefined
      : new Promise((resolve) => socket.once('close', resolve))
  })
  await Promise.all(closed)
  await expect.poll(() => devicesOf(open)).toEqual([])
})

function start(...argv: string[]): Promise<Companion> {
  return startCompanion(readServeConfig(['--port', '0', '--drain-seconds', '5', ...argv], {}))
}

const at = (companion: Companion, path: string) => companion.url.replace('0.0.0.0', '127.0.0.1') + path

async function devicesOf(companion: Companion): Promise<DeviceStatus[]> {
  const body = await (await fetch(at(companion, '/status/devices'))).json()
  return (body as { devices: DeviceStatus[] }).devices
}

async function device(id: string, companion = open): Promise<WebSocket> {
  const socket = new WebSocket(at(companion, `/ws/${id}`).replace('http', 'ws'))
  sockets.push(socket)
  socket.on('error', () => {})
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return socket
}

/** Says a whole utterance and waits for its answer. */
async function speak(socket: WebSocket): Promise<void> {
  const { samples } = readWav(readFileSync(goldenPath('en-three-one-four')))
  const pcm = Int16Array.from(samples, (value) => Math.round(value * 32_767))
  socket.send(JSON.stringify({ audio: Buffer.from(pcm.buffer).toString('hex'), sample_rate: 16_000 }))
  await new Promise((resolve) => socket.once('message', resolve))
}

interface Told {
  readonly event: string
  readonly data: unknown
}

/** What a watcher is told; the list grows, and `ended` says that the stream is over. */
async function watch(id: string, companion = open, headers: Record<string, string> = {}) {
  const controller = new AbortController()
  reading.push(controller)
  const { signal } = controller
  const response = await fetch(at(companion, `/status/devices/${encodeURIComponent(id)}/events`), {
    signal,
    headers,
  })
  const told: Told[] = []
  let ended = false
  const read = async () => {
    let text = ''
    for await (const piece of response.body ?? []) {
      text += Buffer.from(piece).toString('utf8')
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
        told.push({ event: field('event') ?? 'message', data: JSON.parse(field('data') ?? 'null') })
      }
    }
    ended = true
  }
  read().catch(() => {})
  return { response, told, ended: () => ended, stop: () => controller.abort() }
}

describe('GET /status/devices', () => {
  test('tells nothing of devices when there are none', async () => {
    const response = await fetch(at(open, '/status/devices'))
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toMatchObject({
      status: 'ok',
      model: expect.any(String),
      backend: 'local',
      signedIn: false,
      devices: [],
    })
  })

  test('tells of each device how it speaks, how much and how fast, and not what', async () => {
    const socket = await device('kitchen')
    await device('silent')
    await speak(socket)
    const body = await (await fetch(at(open, '/status/devices'))).text()
    const [kitchen, silent] = (JSON.parse(body) as { devices: DeviceStatus[] }).devices
    const { samples } = readWav(readFileSync(goldenPath('en-three-one-four')))
    expect(kitchen).toMatchObject({
      id: 'kitchen',
      dialect: 'device',
      utterances: 1,
      latencyMs: { count: 1, p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number) },
      backlog: { messages: 0, soundSeconds: 0 },
      droppedSeconds: 0,
      failed: 0,
    })
    expect(kitchen?.soundSeconds).toBeCloseTo(samples.length / 16_000, 6)
    expect(kitchen?.latencyMs?.p50).toBeGreaterThan(0)
    expect(Date.parse(kitchen?.connectedSince ?? '')).toBeLessThanOrEqual(Date.now())
    expect(silent).toMatchObject({ id: 'silent', dialect: 'unknown', utterances: 0, latencyMs: null })
    expect(body).not.toContain(ENGLISH)
  })

  test('counts an error that a device is told once', async () => {
    const socket = await device('kitchen')
    socket.send('{"audio":"zzzz"}')
    await new Promise((resolve) => socket.once('message', resolve))
    expect(await devicesOf(open)).toMatchObject([{ id: 'kitchen', failed: 1 }])
  })
})

describe('GET /status/devices/ID/events', () => {
  test('tells what is said from then on, and nothing of before', async () => {
    const socket = await device('kitchen')
    await speak(socket)
    const { response, told } = await watch('kitchen')
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    await expect.poll(() => told.length).toBe(1)
    expect(told[0]).toMatchObject({ event: 'open', data: { id: 'kitchen', utterances: 1 } })
    await speak(socket)
    await expect.poll(() => told.length).toBe(2)
    expect(told[1]).toMatchObject({
      event: 'message',
      data: { type: 'result', result: { text: ENGLISH, language: 'en', emotionScores: expect.anything() } },
    })
  })

  test('tells of that device alone', async () => {
    await device('a')
    const other = await device('b')
    const { told } = await watch('a')
    await speak(other)
    await expect.poll(() => told.length).toBe(1)
    expect(JSON.stringify(told)).not.toContain(ENGLISH)
  })

  test('ends with an event when the device leaves', async () => {
    const socket = await device('kitchen')
    const { told, ended } = await watch('kitchen')
    await expect.poll(() => told.length).toBe(1)
    socket.close()
    await expect.poll(ended).toBe(true)
    expect(told.at(-1)).toEqual({ event: 'gone', data: { reason: 'left' } })
  })

  test('goes on when a newer connection of the device takes the place of the old one', async () => {
    const first = await device('kitchen')
    const { told, ended } = await watch('kitchen')
    await expect.poll(() => told.length).toBe(1)
    const replaced = new Promise((resolve) => first.once('close', resolve))
    const second = await device('kitchen')
    await replaced
    await speak(second)
    await expect.poll(() => told.map(({ event }) => event)).toEqual(['open', 'open', 'message'])
    expect(ended()).toBe(false)
  })

  test('ends with an event when the server goes away', async () => {
    const server = await start()
    await device('kitchen', server)
    const { told, ended } = await watch('kitchen', server)
    await expect.poll(() => told.length).toBe(1)
    await server.drain()
    await expect.poll(ended).toBe(true)
    expect(told.at(-1)).toEqual({ event: 'gone', data: { reason: 'going-away' } })
  })

  test('of a device that is not there is 404', async () => {
    for (const id of ['nobody', '%', '..']) {
      const response = await fetch(at(open, `/status/devices/${id}/events`))
      expect(response.status).toBe(404)
    }
  })

  test('is refused to the 33rd watcher, until one of them goes', async () => {
    await device('kitchen')
    const watchers = await Promise.all(Array.from({ length: 32 }, () => watch('kitchen')))
    expect(new Set(watchers.map(({ response }) => response.status))).toEqual(new Set([200]))
    const refused = await watch('kitchen')
    expect(refused.response.status).toBe(503)
    expect(refused.response.headers.get('retry-after')).toBe('5')
    watchers[0]?.stop()
    await expect.poll(async () => (await watch('kitchen')).response.status).toBe(200)
  })
})

describe('who may ask', () => {
  const bearer = { Authorization: `Bearer ${TOKEN}` }

  test('a wrong token, or none, is 401', async () => {
    await device('kitchen', guarded)
    for (const path of ['/status', '/status/devices', '/status/devices/kitchen/events']) {
      for (const headers of [
        {},
        { Authorization: 'Bearer wrong' },
        { Cookie: 'sensevoice-status=x.9999999999' },
      ]) {
        const response = await fetch(at(guarded, path), { headers })
        expect(response.status).toBe(401)
        expect(response.headers.get('www-authenticate')).toBe('Bearer')
        await response.body?.cancel()
      }
    }
  })

  test('the token opens the list and a device', async () => {
    await device('kitchen', guarded)
    const response = await fetch(at(guarded, '/status/devices'), { headers: bearer })
    expect(await response.json()).toMatchObject({ signedIn: false, devices: [{ id: 'kitchen' }] })
    const { told } = await watch('kitchen', guarded, bearer)
    await expect.poll(() => told.length).toBe(1)
  })

  test('the form exchanges the token for a cookie', async () => {
    const post = (token: string) =>
      fetch(at(guarded, '/status/sign-in'), {
        method: 'POST',
        body: new URLSearchParams({ token }),
        redirect: 'manual',
      })
    const refused = await post('wrong')
    expect(refused.headers.get('set-cookie')).toBeNull()
    const response = await post(TOKEN)
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/status')
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
    const list = await fetch(at(guarded, '/status/devices'), { headers: { Cookie: cookie } })
    expect(await list.json()).toMatchObject({ signedIn: true })
  })

  test('a form that is too long, or none, is refused', async () => {
    for (const body of [new URLSearchParams({ token: 'x'.repeat(5000) }), 'token']) {
      const response = await fetch(at(guarded, '/status/sign-in'), { method: 'POST', body })
      expect(response.status).toBe(400)
    }
  })

  test('without a token a server of the network has no such page', async () => {
    const server = await start('--host', '0.0.0.0', '--insecure-no-auth')
    for (const path of ['/status', '/status/devices', '/status/devices/a/events', '/status/sign-in']) {
      expect((await fetch(at(server, path))).status).toBe(404)
    }
    await server.drain()
  })

  test('other methods are 405 and say which are right', async () => {
    for (const [path, method, allow] of [
      ['/status', 'POST', 'GET, HEAD'],
      ['/status/devices', 'DELETE', 'GET, HEAD'],
      ['/status/devices/a/events', 'POST', 'GET'],
      ['/status/sign-in', 'GET', 'POST'],
      ['/status/sign-out', 'GET', 'POST'],
    ] as const) {
      const response = await fetch(at(open, path), { method })
      expect(response.status).toBe(405)
      expect(response.headers.get('allow')).toBe(allow)
    }
  })

  test('what is not there is 404', async () => {
    for (const path of ['/statuses', '/status/x', '/status/assets/../index.html', '/status/assets/x.js']) {
      expect((await fetch(at(open, path))).status).toBe(404)
    }
  })
})

test('a request that is none of HTTP ends its own connection, not the server', async () => {
  const { port } = new URL(open.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write('GET // HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await closed
  expect((await fetch(at(open, '/livez'))).status).toBe(200)
})
