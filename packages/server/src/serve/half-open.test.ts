import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Device, metric, opened, start } from '../test-data/companion-rig.ts'
import { CLOSE, maskedFrame, PING, PONG, RawPeer, TEXT } from '../test-data/raw-peer.ts'
import { type Companion, startCompanion } from './companion.ts'
import { readServeConfig } from './config.ts'

const HOUR_MS = 3_600_000
const HELLO = JSON.stringify({ audio: '' })

/** Pings often, and waits as long as it likes for words. */
let pinging: Companion
/** Does not wait for words. */
let strict: Companion

const impatient = (idleMs: number) =>
  startCompanion(
    { ...readServeConfig(['--port', '0', '--parallel', '1', '--drain-seconds', '1'], {}), idleMs },
    { pingMs: 50, headMs: 200 },
  )

beforeAll(async () => {
  pinging = await impatient(HOUR_MS)
  strict = await impatient(300)
}, 60_000)
afterAll(async () => {
  await pinging.drain()
  await strict.drain()
})
afterEach(() => {
  for (const client of opened.splice(0)) client.close()
})

async function upgraded(server: Companion): Promise<RawPeer> {
  const peer = await RawPeer.upgraded(server.url)
  opened.push(peer)
  return peer
}

const connections = (server: Companion) => metric('sensevoice_connections', server)
const dead = (server: Companion) => metric('sensevoice_connections_dead_total', server)

describe('a peer that is gone', () => {
  test('one that falls silent behind the upgrade is closed with 4002, and never pinged', async () => {
    const peer = await upgraded(strict)
    const frames = await peer.rest()
    expect(frames.map(({ opcode }) => opcode)).toEqual([CLOSE])
    expect(frames[0]?.payload.readUInt16BE()).toBe(4002)
    await expect.poll(() => connections(strict)).toBe('0')
    expect(await dead(strict)).toBe('0')
  })

  test('one that answers two pings with nothing is cut off, and counted', async () => {
    const before = Number(await dead(pinging))
    const peer = await upgraded(pinging)
    peer.write(maskedFrame(TEXT, HELLO))
    const frames = await peer.rest()
    expect(frames.filter(({ opcode }) => opcode === PING)).toHaveLength(2)
    // It would not be read.
    expect(frames.filter(({ opcode }) => opcode === CLOSE)).toHaveLength(0)
    await expect.poll(() => connections(pinging)).toBe('0')
    expect(Number(await dead(pinging))).toBe(before + 1)
  })

  test('one that answers pings and says nothing is closed with 4002', async () => {
    const device = await new Device('/ws/quiet', strict).open()
    let pings = 0
    device.socket.on('ping', () => {
      pings += 1
    })
    await device.ask(HELLO)
    expect(await device.closed).toBe(4002)
    expect(pings).toBeGreaterThan(0)
  })
})

describe('a peer that lives', () => {
  test.each([
    ['a pong', maskedFrame(PONG, '')],
    ['a ping of its own', maskedFrame(PING, '')],
    ['a message', maskedFrame(TEXT, HELLO)],
  ])('%s is a sign of life', async (_, sign) => {
    const peer = await upgraded(pinging)
    peer.write(maskedFrame(TEXT, HELLO))
    for (let pings = 0; pings < 6; ) {
      const frame = await peer.next()
      expect(frame).toBeDefined()
      if (frame?.opcode !== PING) continue
      pings += 1
      peer.write(sign)
    }
  })

  test('a message that comes in small pieces is no silence', async () => {
    const peer = await upgraded(pinging)
    peer.write(maskedFrame(TEXT, HELLO))
    const slow = maskedFrame(TEXT, JSON.stringify({ audio: '0'.repeat(600) }))
    let replies = 0
    for (let sent = 0; replies < 2; ) {
      const frame = await peer.next()
      expect(frame).toBeDefined()
      if (frame?.opcode === TEXT) replies += 1
      if (frame?.opcode !== PING) continue
      // With the last piece the message is whole, and its reply the second.
      peer.write(sent < slow.length ? slow.subarray(sent, sent + 100) : maskedFrame(PONG, ''))
      sent += 100
    }
  })
})

describe('an upgrade whose head never ends', () => {
  const half = 'GET /ws/raw HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n'

  test.each([
    ['nothing at all', ''],
    ['half a head', half],
  ])('%s is waited for in vain only for a while', async (_, said) => {
    const peer = RawPeer.connected(pinging.url, Buffer.from(said))
    opened.push(peer)
    await peer.ended
    const device = await new Device('/ws/other', pinging).open()
    expect(await device.ask(HELLO)).toMatchObject({ final: false })
  })

  test('a head that comes letter by letter is, too', async () => {
    const peer = RawPeer.connected(pinging.url, Buffer.from(half))
    // Too slowly to reach the limit of a head's length first.
    const drip = setInterval(() => peer.write(Buffer.from('x')), 20)
    opened.push(peer, { close: () => clearInterval(drip) })
    await peer.ended
  })
})

describe('a peer that was refused and does not close its side', () => {
  async function refused(server: Companion): Promise<RawPeer> {
    const peer = await RawPeer.upgraded(server.url, true)
    opened.push(peer)
    expect(peer.answer.toString()).toMatch(/^HTTP\/1.1 401 /)
    return peer
  }

  test('is heard no longer', async () => {
    const server = await start('--token', 'right')
    const peer = await refused(server)
    // It learns that by speaking.
    const speaking = setInterval(() => peer.write(Buffer.from('x')), 10)
    opened.push({ close: () => clearInterval(speaking) })
    await peer.ended
    await server.drain()
  })

  test('does not keep a server that goes away', async () => {
    const server = await start('--token', 'right')
    await refused(server)
    await server.drain()
  })
})
