import { type StandInStep, tone } from '@sensevoice-web/pipeline/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  answering,
  blip,
  closeAll,
  Page,
  spoken,
  started,
  TEST_KEY,
  TestDevice,
  WORDS,
} from '../test-data/answering-companion.ts'

afterEach(closeAll)

function* endlessReply(): Generator<StandInStep> {
  for (let count = 0; ; count += 1) yield* [{ say: `Sentence ${count}. ` }, { waitMs: 30 }]
}
function* endlessSpeech(): Generator<StandInStep> {
  for (;;) yield* [{ sound: tone(100) }, { waitMs: 20 }]
}
const endless = { chat: endlessReply, speech: endlessSpeech }
const seconds = (count: number) => ({
  chat: () => [{ say: 'A long one.' }],
  speech: () => [{ sound: tone(1000 * count) }],
})

describe('an answer to a page', () => {
  test('comes as text, sentences, cues and sound, behind what was said', async () => {
    const { companion, standIn } = await answering()
    const page = new Page(companion)
    expect((await page.client.open()).reply).toEqual({ sampleRate: 24_000 })
    page.say()
    await page.client.finish()
    const texts = page.of('reply-text').map(({ text }) => text)
    expect(texts.join('')).toBe('Hello there. How are you?')
    expect(page.of('sentence').map(({ text }) => text)).toEqual(['Hello there.', 'How are you?'])
    expect(page.samples).toBe(2 * 2400)
    for (const { startMs, endMs, mouth } of page.of('cue')) expect(mouth.length).toBe((endMs - startMs) / 20)
    expect(page.replies.at(-1)?.reply).toMatchObject({ type: 'turn-end', outcome: 'answered', audioMs: 200 })
    const [asked] = standIn.of('chat')
    expect(JSON.stringify(asked?.body['messages'])).toContain(WORDS)
    expect(asked?.headers.authorization).toBe(`Bearer ${TEST_KEY}`)
    const result = page.events.find(({ event }) => event.type === 'result')
    expect(result?.atMs).toBeLessThanOrEqual(page.replies[0]?.atMs ?? 0)
  })

  test('is not given by a server without a model, nor to a client that does not ask', async () => {
    const page = new Page(await started([]))
    expect(await page.client.open()).not.toHaveProperty('reply')
    page.say()
    await page.client.finish()
    const { companion, standIn } = await answering()
    const other = new Page(companion, { reply: false })
    await other.client.open()
    other.say()
    await other.client.finish()
    expect([...page.replies, ...other.replies]).toEqual([])
    expect(standIn.requests).toEqual([])
  })

  test('remembers what was said before', async () => {
    const { companion, standIn } = await answering()
    const page = new Page(companion)
    await page.client.open()
    page.say()
    await expect.poll(() => page.of('turn-end').length, { timeout: 5000 }).toBe(1)
    page.say()
    await page.client.finish()
    expect(page.of('turn-end').map(({ turn }) => turn)).toEqual([1, 2])
    expect(JSON.stringify(standIn.of('chat')[1]?.body['messages'])).toContain('Hello there. How are you?')
  })

  test('is whole also when it is longer than what is sent ahead, and its end comes behind it', async () => {
    const { companion } = await answering(seconds(4))
    const page = new Page(companion)
    await page.client.open()
    page.say()
    await page.client.finish()
    expect(page.samples).toBe(4 * 24_000)
    expect(page.replies.at(-1)?.reply).toMatchObject({ type: 'turn-end', audioMs: 4000 })
  }, 15_000)

  test('fits into the messages of a small client', async () => {
    const long = { chat: () => [{ say: '"\u0001😀'.repeat(60) }, { say: '. Yes.' }] }
    const { companion } = await answering(long)
    const device = await TestDevice.open(companion)
    const audio = { format: 'pcm16', sampleRate: 16_000 }
    const hello = { type: 'hello', protocol: 'sensevoice', version: 1, audio }
    device.send({ ...hello, partials: false, reply: true, maxMessageBytes: 1024 })
    const sound = Int16Array.from(spoken(), (value) => Math.round(value * 32_767))
    for (let at = 0; at < sound.length; at += 1600) {
      const frame = Buffer.alloc(8 + 3200)
      frame.writeUInt8(1, 0)
      frame.writeUInt32LE(at / 1600, 4)
      for (const [index, sample] of sound.subarray(at, at + 1600).entries()) {
        frame.writeInt16LE(sample, 8 + 2 * index)
      }
      device.send(frame)
    }
    const over = () => device.messages.some(({ text }) => JSON.stringify(text)?.includes('"turn-end"'))
    await expect.poll(over, { timeout: 5000 }).toBe(true)
    expect(device.sound.length).toBeGreaterThan(0)
    expect(Math.max(...device.messages.map(({ length }) => length))).toBeLessThanOrEqual(1024)
  })
})

describe('barge-in of a page', () => {
  test('speech silences the answer as soon as it is heard, and ends all requests', async () => {
    const { companion, standIn } = await answering(endless)
    const page = new Page(companion)
    await page.client.open()
    page.say()
    await expect.poll(() => page.samples, { timeout: 5000 }).toBeGreaterThan(4800)
    const ends = () => page.events.filter(({ event }) => event.type === 'speech-end')
    expect(ends()).toHaveLength(1)
    page.say()
    await expect.poll(() => page.of('cancelled').length, { timeout: 5000 }).toBe(1)
    const at = page.replies.findIndex(({ reply }) => reply.type === 'cancelled')
    // Not only when it is over. How soon is told by bench/conversation.mjs.
    await expect.poll(() => ends().length, { timeout: 5000 }).toBe(2)
    expect(page.replies[at]?.atMs ?? Infinity).toBeLessThan(ends()[1]?.atMs ?? 0)
    // What was said is answered again: that is another turn.
    await expect.poll(() => page.of('audio').at(-1)?.turn, { timeout: 5000 }).toBe(2)
    expect(page.replies.slice(at + 1).filter(({ reply }) => reply.turn === 1)).toEqual([])
    page.client.close()
    await expect.poll(() => standIn.openRequests).toBe(0)
  })

  test('a word of the client does too, and once', async () => {
    const { companion, standIn } = await answering(endless)
    const page = new Page(companion)
    await page.client.open()
    page.say()
    await expect.poll(() => page.samples, { timeout: 5000 }).toBeGreaterThan(4800)
    page.client.interrupt()
    page.client.interrupt()
    await expect.poll(() => page.of('cancelled').length).toBe(1)
    expect(page.of('cancelled')[0]).toMatchObject({ reason: 'interrupted' })
    await expect.poll(() => standIn.openRequests).toBe(0)
    await page.client.finish()
    expect(page.replies.at(-1)?.reply.type).toBe('cancelled')
  })

  test('also behind the last sound, while it is still played', async () => {
    const { companion } = await answering(seconds(1))
    const page = new Page(companion)
    await page.client.open()
    page.say()
    await expect.poll(() => page.samples, { timeout: 5000, interval: 5 }).toBe(24_000)
    page.client.interrupt()
    await expect.poll(() => page.of('cancelled').length).toBe(1)
    expect(page.of('turn-end')).toEqual([])
  })
})

test('a page that hears nothing yet is answered though a noise comes between', async () => {
  const chat = (_: unknown, index: number) => (index === 0 ? [{ stall: true as const }] : [{ say: 'Yes.' }])
  const { companion, standIn } = await answering({ chat })
  const page = new Page(companion)
  await page.client.open()
  page.say()
  await expect.poll(() => standIn.of('chat').length, { timeout: 5000 }).toBe(1)
  page.say(blip())
  await page.client.finish()
  expect(page.events.map(({ event }) => event.type)).toContain('discarded')
  expect(page.of('cancelled').map(({ turn }) => turn)).toEqual([1])
  expect(page.of('turn-end').map(({ turn }) => turn)).toEqual([2])
  expect(JSON.stringify(standIn.of('chat')[1]?.body['messages'])).toContain(WORDS)
})

describe('a page whose connection is cut', () => {
  test('goes on with the answer, and is told which sound it did not hear', async () => {
    const { companion } = await answering(seconds(4))
    const page = new Page(companion)
    await page.client.open()
    page.say()
    await expect.poll(() => page.samples, { timeout: 5000, interval: 5 }).toBeGreaterThan(24_000)
    page.offline = true
    page.sockets[0]?.terminate()
    const metrics = async () => await (await fetch(`${companion.url}/metrics`)).text()
    const dropped = /^sensevoice_reply_lost_seconds_total (?!0$)/m
    await expect.poll(metrics, { timeout: 5000 }).toMatch(dropped)
    page.offline = false
    await page.client.finish()
    expect(page.of('audio-lost').length).toBeGreaterThan(0)
    const stretches = page.replies.flatMap(({ reply }) =>
      reply.type === 'audio' || reply.type === 'audio-lost' ? [[reply.startMs, reply.endMs]] : [],
    )
    expect(stretches.flat().at(-1)).toBe(4000)
    for (const [at, [startMs]] of stretches.entries()) expect(startMs).toBe(stretches[at - 1]?.[1] ?? 0)
    expect(page.of('turn-end')).toHaveLength(1)
  }, 15_000)
})

describe('a model that fails', () => {
  test.each([
    ['is refused', { chat: () => [{ status: 500 }] }],
    ['breaks', { chat: () => [{ cut: true as const }] }],
  ])(
    '%s: the fallback is spoken',
    async (_, script) => {
      const { companion } = await answering(script, ['--reply-fallback', 'Sorry.'])
      const page = new Page(companion)
      await page.client.open()
      page.say()
      await page.client.finish()
      expect(page.of('error')[0]).toMatchObject({ stage: 'language model', error: { code: 'network' } })
      expect(page.of('sentence').map(({ text }) => text)).toEqual(['Sorry.'])
      expect(page.samples).toBe(2400)
      expect(page.of('turn-end')[0]).toMatchObject({ outcome: 'fallback' })
      const metrics = await (await fetch(`${companion.url}/metrics`)).text()
      expect(metrics).toContain('sensevoice_replies_total{outcome="fallback"} 1')
      expect(metrics).toContain('sensevoice_reply_failures_total{stage="language model"} 1')
    },
    15_000,
  )

  test('is silent where nothing else is wished', async () => {
    const { companion } = await answering({ chat: () => [{ status: 401 }] })
    const page = new Page(companion)
    await page.client.open()
    page.say()
    await page.client.finish()
    expect(page.of('fallback')[0]).toMatchObject({ kind: 'silent' })
    expect(page.samples).toBe(0)
  })
})

test('keys and words are nowhere but where they belong', async () => {
  const printed: string[] = []
  const keep = (text: string | Uint8Array) => printed.push(String(text)) > 0
  const spies = [process.stdout, process.stderr].map((out) => vi.spyOn(out, 'write').mockImplementation(keep))
  try {
    const refused = { chat: () => [{ status: 401, body: { error: { message: `bad key ${TEST_KEY}` } } }] }
    const { companion } = await answering(refused)
    const page = new Page(companion)
    await page.client.open()
    page.say()
    await page.client.finish()
    const told = [printed, page.events, page.replies].map((what) => JSON.stringify(what))
    for (const path of ['/status/devices', '/metrics', '/health']) {
      told.push(await (await fetch(`${companion.url}${path}`)).text())
    }
    expect(page.of('error')).toHaveLength(1)
    for (const text of told) expect(text).not.toContain(TEST_KEY)
    expect(printed.join('')).not.toContain(WORDS)
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
})
