import { seededRandom } from '@sensevoice-web/engine/testing'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { companion, Device, opened, serveCompanion, start } from '../test-data/companion-rig.ts'
import { RawPeer } from '../test-data/raw-peer.ts'

serveCompanion()

describe('abuse', () => {
  /** Bytes straight onto the socket, behind a proper upgrade. */
  async function raw(bytes: Buffer): Promise<RawPeer> {
    const peer = await RawPeer.upgraded(companion.url)
    opened.push(peer)
    const answer = peer.answer.toString()
    expect(answer).toContain('101')
    // Firmware reads it into 1600 bytes, and loses what comes behind it.
    expect(answer.length).toBeLessThan(1600)
    expect(answer.endsWith('\r\n\r\n')).toBe(true)
    peer.write(bytes)
    return peer
  }

  test.each([
    ['an unmasked frame', Buffer.from([0x81, 1, 65])],
    ['a frame of 2^63 bytes', Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0])],
    ['a control frame in pieces', Buffer.from([0x09, 0x80, 0, 0, 0, 0])],
    ['an unknown opcode', Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
    ['text that is no UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])],
    ['half a close frame', Buffer.from([0x88, 0x81, 0, 0, 0, 0, 3])],
  ])('%s ends that connection and no other', async (_, bytes) => {
    const other = await new Device('/ws/other').open()
    await (await raw(bytes)).ended
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
