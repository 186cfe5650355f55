import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Device, ENGLISH, hex, serveCompanion, spoken, status } from '../../test-data/companion-rig.ts'
import { opusPackets } from '../../test-data/opus-packets.ts'

serveCompanion()

describe('the protocol of Beken’s firmware', () => {
  const packets = opusPackets(readFileSync(new URL('../../test-data/speech.opus.ogg', import.meta.url)))
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
