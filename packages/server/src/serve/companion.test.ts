import { describe, expect, test } from 'vitest'
import {
  companion,
  Device,
  ENGLISH,
  hex,
  metric,
  samplesOf,
  serveCompanion,
  start,
  status,
} from '../test-data/companion-rig.ts'
import { signToken } from './tokens.ts'

serveCompanion()

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
    const named = { Host: 'companion.example', Origin: 'https://companion.example' }
    expect(await status(`/ws/a?token=${token}`, named, server)).toBe('101')
    await server.drain()
  })

  test('without tokens a page whose own name was led here is none of the list', async () => {
    const led = { Host: 'evil.example', Origin: 'http://evil.example' }
    const server = await start('--origin', 'https://mine.example')
    expect(await status('/ws/a', led, server)).toBe('403')
    expect(await status('/ws/a', { Origin: server.url }, server)).toBe('101')
    const { port } = new URL(server.url)
    const named = { Host: `localhost:${port}`, Origin: `http://localhost:${port}` }
    expect(await status('/ws/a', named, server)).toBe('101')
    await server.drain()
  })

  test('connections are counted, and each is given back', async () => {
    const server = await start('--connections', '2')
    const first = await new Device('/ws/a', server).open()
    await new Device('/ws/b', server).open()
    expect(await status('/ws/c', {}, server)).toBe('503')
    first.socket.close()
    await first.closed
    await expect.poll(() => metric('sensevoice_connections', server)).toBe('1')
    expect(await status('/ws/c', {}, server)).toBe('101')
    await server.drain()
  })

  test('of two connections of one device the newest wins', async () => {
    const first = await new Device('/ws/a').open()
    await new Device('/ws/a').open()
    expect(await first.closed).toBe(4000)
  })
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
    const message = JSON.stringify({ audio: hex(samplesOf('en-three-one-four')) })
    for (let count = 0; count < 15; count += 1) device.socket.send(message)
    await expect.poll(() => metric('sensevoice_messages_total{kind="text"}', server)).toBe('15')
    const drained = server.drain()
    for (let count = 0; count < 15; count += 1) {
      expect(JSON.parse(await device.next())).toMatchObject({ text: ENGLISH })
    }
    expect(await device.closed).toBe(1001)
    await drained
    await expect(fetch(`${server.url.replace(/\/$/, '')}/health`)).rejects.toThrow()
  })
})
