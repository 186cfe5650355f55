import { describe, expect, test } from 'vitest'
import {
  Device,
  ENGLISH,
  hex,
  MANDARIN,
  type Reply,
  samplesOf,
  serveCompanion,
  spoken,
} from '../../test-data/companion-rig.ts'

serveCompanion()

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
