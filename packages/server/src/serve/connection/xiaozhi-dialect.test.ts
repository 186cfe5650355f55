import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { companion, Device, ENGLISH, serveCompanion, start, status } from '../../test-data/companion-rig.ts'
import { opusPackets } from '../../test-data/opus-packets.ts'

serveCompanion()

describe('the xiaozhi protocol', () => {
  const HELLO = { type: 'hello', version: 3, transport: 'websocket', audio_params: { format: 'opus' } }
  const packets = opusPackets(readFileSync(new URL('../../test-data/speech.opus.ogg', import.meta.url)))
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
