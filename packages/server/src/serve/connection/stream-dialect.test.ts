import { describe, expect, test } from 'vitest'
import {
  companion,
  Device,
  ENGLISH,
  feed,
  MANDARIN,
  samplesOf,
  serveCompanion,
  spoken,
  stream,
} from '../../test-data/companion-rig.ts'

serveCompanion()

describe('the stream protocol', () => {
  test('tells the events of a page, with partials, and finishes', async () => {
    const { client, events, results } = stream('a')
    await client.open()
    await feed(client, spoken('en-three-one-four'))
    await client.finish()
    const types = new Set(events.map(({ type }) => type))
    expect([...types].filter((type) => type !== 'partial')).toEqual(['speech-start', 'speech-end', 'result'])
    expect(results()[0]).toMatchObject({ text: ENGLISH, language: 'en' })
    expect(results()[0]?.tokens.length).toBeGreaterThan(0)
  })

  test('goes on after a cut without losing or doubling anything', async () => {
    const { client, results, sockets } = stream('a')
    await client.open()
    const sound = spoken('en-three-one-four')
    const feeding = feed(client, sound, 10)
    for (const afterMs of [100, 300]) {
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      sockets.at(-1)?.terminate()
    }
    await feeding
    const samples = await client.finish()
    expect(sockets.length).toBe(3)
    expect(samples).toBe(sound.length)
    expect(results().map(({ text }) => text)).toEqual([ENGLISH])
  }, 20_000)

  test('says what the model knows, before any sound', async () => {
    const { model } = await stream('told').client.open()
    expect(model).toMatchObject({ version: expect.stringMatching(/\d/), notice: expect.stringMatching(/./) })
    expect(model.languages).toContain('yue')
    expect(model.license?.name).toMatch(/./)
  })

  test('a client of small messages is told the name of the model alone', async () => {
    const { model } = await stream('small', companion, { maxMessageBytes: 1024 }).client.open()
    expect(Object.keys(model)).toEqual(['name', 'version'])
  })

  test('finite sound comes as fast as it can be heard, as one segment if that is wished', async () => {
    const { client, events, results } = stream('whole', companion, {
      segmentation: 'whole',
      live: false,
      partials: false,
    })
    await client.open()
    client.send(spoken('en-three-one-four'))
    await client.finish()
    expect(events.map(({ type }) => type)).toEqual(['speech-start', 'speech-end', 'result'])
    expect(results()[0]).toMatchObject({ text: ENGLISH, startSamples: 0 })
  })

  test('a segment ends where its client says so', async () => {
    const { client, events, results } = stream('ended')
    await client.open()
    client.send(samplesOf('en-three-one-four'))
    client.endSegment()
    await expect.poll(() => results().length).toBe(1)
    expect(events.find(({ type }) => type === 'speech-end')).toMatchObject({ reason: 'flush' })
    client.send(spoken('en-three-one-four'))
    await client.finish()
    expect(results().map(({ text }) => text)).toEqual([ENGLISH, ENGLISH])
  })

  test('two devices at once never mix', async () => {
    const [one, two] = [stream('one'), stream('two')]
    await Promise.all([one.client.open(), two.client.open()])
    await Promise.all([
      feed(one.client, spoken('en-three-one-four'), 1),
      feed(two.client, spoken('zh-yu-yin-shi-bie'), 1),
    ])
    await Promise.all([one.client.finish(), two.client.finish()])
    expect(one.results().map(({ text }) => text)).toEqual([ENGLISH])
    expect(two.results().map(({ text }) => text)).toEqual([MANDARIN])
  })

  test('a session is its own device’s alone', async () => {
    const { client } = stream('mine')
    const { session } = await client.open()
    const thief = await new Device('/ws/other').open()
    const audio = { format: 'pcm16', sampleRate: 16_000 }
    const resume = { session, nextEvent: 0 }
    const hello = { type: 'hello', protocol: 'sensevoice', version: 1, audio, resume }
    expect(await thief.ask(hello)).toMatchObject({ type: 'welcome', resumed: false })
  })

  test('a gap in the frames is told once, and sound that is none is refused', async () => {
    const device = await new Device('/ws/a').open()
    const audio = { format: 'opus', sampleRate: 16_000 }
    await device.ask({ type: 'hello', protocol: 'sensevoice', version: 1, audio })
    const frame = (sequence: number) => Buffer.from([1, 0, 0, 0, sequence, 0, 0, 0, 255, 255, 255])
    device.socket.send(frame(3))
    device.socket.send(frame(4))
    expect(JSON.parse(await device.next())).toMatchObject({ type: 'error', nextSequence: 0 })
    device.socket.send(frame(0))
    expect(JSON.parse(await device.next())).toMatchObject({ type: 'error', error: { code: 'invalid-audio' } })
    expect(await device.ask({ type: 'ping', id: 7 })).toEqual({ type: 'pong', id: 7 })
  })
})
