import { readFileSync } from 'node:fs'
import { SpeechError } from '@sensevoice-web/engine'
import { describe, expect, test } from 'vitest'
import { opusPackets } from '../../test-data/opus-packets.ts'
import { createSoundDecoder } from './sound-decoder.ts'

const packets = opusPackets(readFileSync(new URL('../../test-data/tone.opus.ogg', import.meta.url)))

describe('createSoundDecoder', () => {
  test('decodes Opus packets to 16 kHz, whatever they were encoded from', async () => {
    const decoder = await createSoundDecoder({ format: 'opus', sampleRate: 16_000 })
    let [samples, energy] = [0, 0]
    for (const packet of packets) {
      const sound = decoder.decode(packet)
      samples += sound.length
      energy += sound.reduce((sum, value) => sum + value * value, 0)
    }
    decoder.free()
    // Half a second and what encoders put in front of it.
    expect(samples / 16_000).toBeGreaterThan(0.5)
    expect(samples / 16_000).toBeLessThan(0.53)
    expect(Math.sqrt(energy / samples)).toBeGreaterThan(0.05)
  })

  test('a broken packet is refused, and the next one is heard', async () => {
    const decoder = await createSoundDecoder({ format: 'opus', sampleRate: 16_000 })
    expect(() => decoder.decode(Uint8Array.of(255, 255, 255))).toThrow(SpeechError)
    expect(decoder.decode(packets[5] as Buffer).length).toBe(320)
    decoder.free()
  })

  test('reads PCM16 wherever it lies in a message, and refuses half samples', async () => {
    const decoder = await createSoundDecoder({ format: 'pcm16', sampleRate: 16_000 })
    for (const message of [Uint8Array.of(9, 0, 128, 255, 127), Buffer.from([9, 0, 128, 255, 127])]) {
      const whole = message.byteOffset % 2 === 0 ? message : message.subarray(1)
      expect([...decoder.decode(message.subarray(1))]).toEqual([-1, 32_767 / 32_768])
      expect(() => decoder.decode(message)).toThrow('whole samples')
      expect(decoder.decode(whole.subarray(0, 4)).length).toBe(2)
    }
  })
})
