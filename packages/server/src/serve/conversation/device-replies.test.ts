import { readFileSync } from 'node:fs'
import { type StandInStep, tone } from '@sensevoice-web/pipeline/testing'
import {
  DEVICE_REPLY_BYTES,
  packBekenFrame,
  readBekenFrame,
  readXiaozhiFrame,
} from '@sensevoice-web/protocol'
import { OpusDecoder } from 'opus-decoder'
import { afterEach, describe, expect, test } from 'vitest'
import { opusPackets } from '../../test-data/opus-packets.ts'
import type { Companion } from '../companion.ts'
import {
  answering,
  blip,
  closeAll,
  spoken,
  started,
  TestDevice,
  WORDS,
} from '../test-data/answering-companion.ts'

afterEach(closeAll)

const packets = opusPackets(readFileSync(new URL('../../test-data/speech.opus.ogg', import.meta.url)))
/** Each sentence is spoken for so long. */
const speaking = (ms: number) => ({ speech: () => [{ sound: tone(ms) }] })
function* endlessSpeech(): Generator<StandInStep> {
  for (;;) yield* [{ sound: tone(100) }, { waitMs: 20 }]
}

/** Samples at 24 kHz and their loudness. */
async function decoded(opus: readonly Uint8Array[]): Promise<{ samples: number; rms: number }> {
  const decoder = new OpusDecoder({ channels: 1, sampleRate: 24_000 })
  await decoder.ready
  const { channelData, samplesDecoded, errors } = decoder.decodeFrames(
    opus.map((one) => Uint8Array.from(one)),
  )
  decoder.free()
  expect(errors).toEqual([])
  const energy = (channelData[0] ?? new Float32Array()).reduce((sum, value) => sum + value * value, 0)
  return { samples: samplesDecoded, rms: Math.sqrt(energy / samplesDecoded) }
}

const ends = (device: TestDevice, name: string) =>
  expect.poll(() => device.order.at(-1), { timeout: 8000, interval: 5 }).toBe(name)

describe('an answer to xiaozhi firmware', () => {
  async function xiaozhi(companion: Companion, version: 1 | 2 | 3 = 3): Promise<TestDevice> {
    const device = await TestDevice.open(companion)
    device.send({ type: 'hello', version, transport: 'websocket', audio_params: { format: 'opus' } })
    return device
  }
  function say(device: TestDevice): void {
    device.send({ type: 'listen', state: 'start', mode: 'manual' })
    for (const packet of packets) {
      device.send(Buffer.concat([Buffer.from([0, 0, packet.length >> 8, packet.length & 255]), packet]))
    }
    device.send({ type: 'listen', state: 'stop' })
  }

  test('comes as faces, sentences and Opus of 60 ms at 24 kHz', async () => {
    const chat = () => [{ say: '[happy] Hello there. ' }, { say: 'How are you?' }]
    const { companion } = await answering({ ...speaking(300), chat })
    const device = await xiaozhi(companion)
    say(device)
    await ends(device, 'tts stop')
    expect(device.order).toEqual([
      'hello',
      'stt',
      'llm',
      'custom',
      'tts start',
      'llm',
      'tts sentence_start',
      'sound',
      'llm',
      'tts sentence_start',
      'sound',
      'tts stop',
    ])
    expect(device.messages[0]?.text).toMatchObject({ audio_params: { format: 'opus', sample_rate: 24_000 } })
    const [, , , , , llm, sentence] = device.messages.map(({ text }) => text)
    expect(llm).toMatchObject({ emotion: 'happy', text: '🙂' })
    expect(sentence).toMatchObject({
      text: 'Hello there.',
      session_id: device.messages[0]?.text?.['session_id'],
    })
    const frames = device.sound.map(({ bytes }) => readXiaozhiFrame(bytes, 3) ?? new Uint8Array())
    const { samples, rms } = await decoded(frames)
    expect(frames).toHaveLength(10)
    expect(samples).toBe(600 * 24)
    // A tone of amplitude 0.3 has an RMS of 0.21.
    expect(rms).toBeGreaterThan(0.1)
    expect(rms).toBeLessThan(0.3)
    expect(Math.max(...device.messages.map(({ length }) => length))).toBeLessThanOrEqual(DEVICE_REPLY_BYTES)
  })

  test('is whole also when it is longer than what is sent ahead, and ends once', async () => {
    const { companion } = await answering({ ...speaking(3000), chat: () => [{ say: 'Hello there.' }] })
    const device = await xiaozhi(companion)
    say(device)
    await ends(device, 'tts stop')
    expect(device.sound).toHaveLength(50)
    expect(device.order.slice(-5)).toEqual(['tts start', 'llm', 'tts sentence_start', 'sound', 'tts stop'])
  }, 15_000)

  test.each([
    ['abort', (device: TestDevice) => device.send({ type: 'abort', reason: 'wake_word_detected' })],
    ['a button', (device: TestDevice) => device.send({ type: 'listen', state: 'start', mode: 'manual' })],
  ])('%s silences it, and nothing comes behind', async (_, interrupt) => {
    const { companion, standIn } = await answering({
      chat: () => [{ say: 'Hello there. ' }, { stall: true }],
      speech: endlessSpeech,
    })
    const device = await xiaozhi(companion)
    say(device)
    await expect.poll(() => device.sound.length, { timeout: 5000 }).toBeGreaterThan(5)
    interrupt(device)
    await ends(device, 'tts stop')
    await expect.poll(() => standIn.openRequests).toBe(0)
    device.send({ type: 'hello', version: 3, transport: 'websocket' })
    await ends(device, 'hello')
    expect(device.order.slice(-2)).toEqual(['tts stop', 'hello'])
    say(device)
    await expect.poll(() => device.order.filter((name) => name === 'tts start').length).toBe(2)
  })

  test('is a fallback when the model is down, or silence', async () => {
    const down = { ...speaking(60), chat: () => [{ status: 503 }] }
    const { companion } = await answering(down, ['--reply-fallback', 'Sorry.'])
    const device = await xiaozhi(companion)
    say(device)
    await ends(device, 'tts stop')
    expect(device.messages.map(({ text }) => text?.['text'])).toContain('Sorry.')
    const { companion: quiet } = await answering(down)
    const silent = await xiaozhi(quiet)
    say(silent)
    const metrics = async () => await (await fetch(`${quiet.url}/metrics`)).text()
    await expect.poll(metrics, { timeout: 5000 }).toContain('sensevoice_replies_total{outcome="fallback"} 1')
    expect(silent.order).not.toContain('tts start')
  }, 15_000)

  test('is not given by a server without a model', async () => {
    const device = await xiaozhi(await started([]))
    say(device)
    await ends(device, 'custom')
    expect(device.messages[0]?.text).toMatchObject({ audio_params: { sample_rate: 16_000 } })
    device.send({ type: 'hello', version: 3, transport: 'websocket' })
    await ends(device, 'hello')
    expect(device.order).toEqual(['hello', 'stt', 'llm', 'custom', 'hello'])
  })
})

describe('an answer to Beken’s firmware', () => {
  async function beken(companion: Companion, format: 'opus' | 'pcm' = 'opus'): Promise<TestDevice> {
    const device = await TestDevice.open(companion)
    const sound = { format, sample_rate: 16_000 }
    device.send({ type: 'hello', config: { version: 2, audio: { to_server: sound } } })
    return device
  }
  function say(device: TestDevice): void {
    for (const [sequence, packet] of packets.entries()) {
      device.send(packBekenFrame(packet, { sequence, timestampMs: 20 * sequence }))
    }
    device.send({ type: 'input_audio_buffer.commit' })
  }

  test('comes behind the text for the screen, as frames with a header', async () => {
    const { companion } = await answering(speaking(300))
    const device = await beken(companion)
    say(device)
    await ends(device, 'response.audio.done')
    expect(device.order).toEqual([
      'hello_response',
      'input_audio_buffer.committed',
      'response.created',
      'request_text',
      'custom',
      'reply_text',
      'sound',
      'reply_text',
      'sound',
      'response.audio.done',
    ])
    const texts = device.messages.map(({ text }) => text?.['text'])
    expect(texts.filter((text) => text !== undefined)).toEqual([WORDS, 'Hello there.', 'How are you?'])
    expect((await decoded(device.sound.map(({ bytes }) => readBekenFrame(bytes)))).samples).toBe(600 * 24)
    expect(device.sound.map(({ bytes }) => bytes.readUInt16LE(8))).toEqual([...Array(10).keys()])
    expect(device.sound.map(({ bytes }) => bytes.readUInt32LE(4))).toEqual(
      Array.from({ length: 10 }, (_, at) => at * 60),
    )
    expect(Math.max(...device.messages.map(({ length }) => length))).toBeLessThanOrEqual(DEVICE_REPLY_BYTES)
  })

  test('is over at once when somebody speaks, and then given anew', async () => {
    const { companion, standIn } = await answering({ speech: endlessSpeech })
    const device = await beken(companion)
    say(device)
    await expect.poll(() => device.sound.length, { timeout: 5000 }).toBeGreaterThan(5)
    say(device)
    await expect.poll(() => device.order.includes('response.audio.done'), { timeout: 5000 }).toBe(true)
    await expect.poll(() => standIn.of('chat').length, { timeout: 5000 }).toBe(2)
    const order = device.order.filter((name) => !name.startsWith('input'))
    const done = order.indexOf('response.audio.done')
    // Behind the end comes the next utterance, not more sound.
    expect(order[done + 1]).not.toBe('sound')
  })

  test('ends without sound when the model is down and nothing is to be said', async () => {
    const { companion } = await answering({ chat: () => [{ status: 503 }] })
    const device = await beken(companion)
    say(device)
    await ends(device, 'response.audio.done')
    expect(device.sound).toEqual([])
    expect(device.order.filter((name) => name === 'response.audio.done')).toHaveLength(1)
  })

  /** Bare PCM at the rate of the address, which is 16 kHz here. */
  function send(device: TestDevice, sound: Float32Array): void {
    const pcm = Int16Array.from(sound, (value) => Math.round(value * 32_767))
    for (let at = 0; at < pcm.length; at += 960) {
      const { buffer } = pcm.slice(at, at + 960)
      device.send(packBekenFrame(new Uint8Array(buffer), { sequence: at / 960, timestampMs: at / 16 }))
    }
  }

  test('has a beginning and an end of its own when a noise came before its first sound', async () => {
    const chat = (_: unknown, index: number) => (index === 0 ? [{ stall: true as const }] : [{ say: 'Yes.' }])
    const { companion, standIn } = await answering({ chat })
    const device = await beken(companion, 'pcm')
    send(device, spoken())
    await expect.poll(() => standIn.of('chat').length, { timeout: 5000 }).toBe(1)
    send(device, blip())
    await expect.poll(() => device.sound.length, { timeout: 5000 }).toBeGreaterThan(0)
    await ends(device, 'response.audio.done')
    expect(device.order).toEqual([
      'hello_response',
      'response.created',
      'request_text',
      'custom',
      'response.audio.done',
      'response.created',
      'reply_text',
      'sound',
      'response.audio.done',
    ])
  })

  test('is PCM for a device that has no Opus', async () => {
    const { companion } = await answering({ ...speaking(300), chat: () => [{ say: 'Yes.' }] })
    const device = await beken(companion, 'pcm')
    send(device, spoken())
    await ends(device, 'response.audio.done')
    const bytes = device.sound.reduce((sum, { bytes }) => sum + readBekenFrame(bytes).length, 0)
    expect(bytes).toBe(300 * 24 * 2)
  })
})
