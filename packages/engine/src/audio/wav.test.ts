import { describe, expect, it } from 'vitest'
import { SpeechError } from '../errors.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { noise } from '../testing/signals.ts'
import { readWav } from './wav-reader.ts'
import { writeWav } from './wav-writer.ts'

interface Layout {
  code?: number
  bits?: number
  channels?: number
  sampleRate?: number
  blockAlign?: number
  extensible?: boolean
  subformatTail?: string
  /** Chunks in front of "data". */
  before?: Uint8Array[]
  after?: Uint8Array[]
  container?: string
  riffSize?: number
  dataSize?: number
  withoutFormat?: boolean
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

function bytes(...parts: readonly (Uint8Array | number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

function little(value: number | bigint, size: number): number[] {
  return Array.from({ length: size }, (_, index) => Number((BigInt(value) >> BigInt(8 * index)) & 255n))
}

function chunk(id: string, body: Uint8Array | number[], size = body.length): Uint8Array {
  return bytes(ascii(id), little(size, 4), body, body.length % 2 === 1 ? [0] : [])
}

function wav(data: Uint8Array | number[], layout: Layout = {}): Uint8Array {
  const { code = 1, bits = 16, channels = 1, sampleRate = 16_000, extensible = false } = layout
  const blockAlign = layout.blockAlign ?? (channels * bits) / 8
  const tail = layout.subformatTail ?? '000000001000800000aa00389b71'
  const guid = (tail.match(/../g) ?? []).map((hex) => Number.parseInt(hex, 16))
  const format = bytes(
    little(extensible ? 0xfffe : code, 2),
    little(channels, 2),
    little(sampleRate, 4),
    little(sampleRate * blockAlign, 4),
    little(blockAlign, 2),
    little(bits, 2),
    extensible ? bytes(little(22, 2), little(bits, 2), little(0, 4), little(code, 2), guid) : [],
  )
  const body = bytes(
    ascii('WAVE'),
    layout.withoutFormat ? [] : chunk('fmt ', format),
    ...(layout.before ?? []),
    chunk('data', data, layout.dataSize ?? data.length),
    ...(layout.after ?? []),
  )
  return bytes(ascii(layout.container ?? 'RIFF'), little(layout.riffSize ?? body.length, 4), body)
}

function errorOf(file: Uint8Array): SpeechError {
  try {
    readWav(file)
  } catch (error) {
    if (error instanceof SpeechError) return error
    throw error
  }
  throw new Error('the file was accepted')
}

function float(bits: 32 | 64, values: number[]): Uint8Array {
  const array = bits === 32 ? Float32Array.from(values) : Float64Array.from(values)
  return new Uint8Array(array.buffer)
}

const FOUR = [...little(0, 2), ...little(16_384, 2), ...little(0x8000, 2), ...little(32_767, 2)]

describe('readWav', () => {
  it.each([
    ['8-bit PCM', [0, 64, 128, 255], { bits: 8 }, [-1, -0.5, 0, 127 / 128]],
    ['16-bit PCM', FOUR, {}, [0, 0.5, -1, 32_767 / 32_768]],
    [
      '24-bit PCM',
      [0, 0, 0x80, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0x40],
      { bits: 24 },
      [-1, -(2 ** -23), 2 ** -23, 0.5],
    ],
    ['32-bit PCM', [0, 0, 0, 0x80, 0, 0, 0, 0x40], { bits: 32 }, [-1, 0.5]],
    ['32-bit float', float(32, [0.25, -1.5]), { code: 3, bits: 32 }, [0.25, -1.5]],
    ['64-bit float', float(64, [0.25, -0.125]), { code: 3, bits: 64 }, [0.25, -0.125]],
    ['extensible PCM', FOUR, { extensible: true }, [0, 0.5, -1, 32_767 / 32_768]],
    ['extensible float', float(32, [0.5]), { extensible: true, code: 3, bits: 32 }, [0.5]],
    ['two channels', FOUR, { channels: 2 }, [0.25, -1 / 65_536]],
    ['four channels', FOUR, { channels: 4 }, [(0.5 - 1 + 32_767 / 32_768) / 4]],
    ['no samples', [], {}, []],
  ] as const)('%s', (_, data, layout, expected) => {
    const file = wav(data as Uint8Array | number[], layout)
    expect([...readWav(file).samples]).toEqual(Array.from(Float32Array.from(expected)))
    expect(readWav(file.buffer as ArrayBuffer).samples).toEqual(readWav(file).samples)
  })

  it('tells rate and layout, and reads a view into a larger buffer', () => {
    const file = wav(FOUR, { sampleRate: 44_100, channels: 2 })
    const framed = bytes([9, 9, 9], file, [7, 7])
    const { sampleRate, format, samples } = readWav(framed.subarray(3, 3 + file.length))
    expect(sampleRate).toBe(44_100)
    expect(format).toEqual({
      encoding: 'pcm',
      bitsPerSample: 16,
      channels: 2,
      sampleRate: 44_100,
      blockBytes: 4,
    })
    expect(samples.length).toBe(2)
  })

  it('skips unknown chunks, odd ones with their padding, and what follows the sound', () => {
    const before = [chunk('LIST', [1, 2, 3]), chunk('odd!', [9])]
    const after = [chunk('id3 ', [1, 2, 3, 4, 5])]
    expect(readWav(wav(FOUR, { before, after })).samples.length).toBe(4)
    expect(readWav(bytes(wav(FOUR), ascii('trailing rubbish'))).samples.length).toBe(4)
    expect(readWav(wav([], { after })).samples.length).toBe(0)
    // The padding byte of a last odd chunk is often left out.
    expect(readWav(wav([128, 128, 255], { bits: 8 }).slice(0, -1)).samples.length).toBe(3)
  })

  it('reads RF64 by its ds64 chunk', () => {
    const ds64 = chunk('ds64', [
      ...little(100, 8),
      ...little(FOUR.length, 8),
      ...little(4, 8),
      ...little(0, 4),
    ])
    const body = wav(FOUR, { container: 'RF64', riffSize: 0xffff_ffff, dataSize: 0xffff_ffff })
    const file = bytes(body.subarray(0, 12), ds64, body.subarray(12))
    expect([...readWav(file).samples]).toEqual([0, 0.5, -1, 32_767 / 32_768])
    expect(errorOf(body).message).toContain('never filled in')
  })

  it.each([
    ['nothing', new Uint8Array(0), 'the file is empty'],
    ['5 bytes', ascii('RIFF1'), '5 bytes are fewer than the 12 of a header'],
    ['noise', Uint8Array.from({ length: 99 }, (_, index) => (index * 37) % 200), 'does not begin with RIFF'],
    ['MP3 with tags', bytes(ascii('ID3'), new Uint8Array(40)), 'an MP3 file'],
    ['MP3 without tags', bytes([0xff, 0xfb, 0x90, 0x64], new Uint8Array(40)), 'an MP3 file'],
    ['AAC', bytes([0xff, 0xf1, 0x50, 0x80], new Uint8Array(40)), 'an AAC file'],
    ['Ogg', bytes(ascii('OggS'), new Uint8Array(40)), 'an Ogg file'],
    ['FLAC', bytes(ascii('fLaC'), new Uint8Array(40)), 'a FLAC file'],
    ['M4A', bytes([0, 0, 0, 32], ascii('ftypM4A '), new Uint8Array(9)), 'an MP4 or M4A file'],
    ['WebM', bytes([0x1a, 0x45, 0xdf, 0xa3], new Uint8Array(40)), 'a WebM or Matroska file'],
    ['HTML', ascii('\n<!DOCTYPE html><html><head>'), 'a web page'],
    ['AVI', bytes(ascii('RIFF'), [0, 1, 0, 0], ascii('AVI LIST')), 'a RIFF file of type "AVI "'],
    ['big-endian', bytes(ascii('RIFX'), [0, 0, 0, 4], ascii('WAVE')), 'big-endian'],
    ['no chunks', bytes(ascii('RIFF'), little(4, 4), ascii('WAVE')), '"fmt " and "data" chunks are missing'],
    ['no fmt', wav(FOUR, { withoutFormat: true }), '"fmt " chunk is missing in front of'],
    ['no data', wav([]).slice(0, 36), 'truncated WAV file: the "data" chunk is missing'],
    ['half a data chunk', wav(FOUR).slice(0, -3), 'the "data" chunk says 8 bytes, 5 follow'],
    ['half a fmt chunk', wav(FOUR).slice(0, 30), 'the "fmt " chunk says 16 bytes, 10 follow'],
    ['a stream (0xFFFFFFFF)', wav(FOUR, { riffSize: 0xffff_ffff, dataSize: 0xffff_ffff }), 'never filled in'],
    ['a stream (0)', wav(FOUR, { riffSize: 0, dataSize: 0 }), 'never filled in: it says 0, 8 bytes follow'],
    ['a stream (36 and 0)', wav(FOUR, { riffSize: 36, dataSize: 0 }), 'never filled in'],
    ['0 channels', wav(FOUR, { channels: 0 }), '0 channels'],
    ['0 Hz', wav(FOUR, { sampleRate: 0 }), 'a sample rate of 0 Hz'],
    ['0 bits', wav(FOUR, { bits: 0 }), '0 bits per sample'],
    ['wrong block align', wav(FOUR, { blockAlign: 4 }), 'block align 4 does not fit 1 channels of 16 bits'],
    ['half a sample', wav([1, 2, 3]), '3 bytes of sound are not a whole number of 2-byte blocks'],
    ['short extensible', wav(FOUR, { code: 0xfffe }), 'extensible but has 16 bytes'],
    [
      'short fmt',
      bytes(wav(FOUR).slice(0, 12), chunk('fmt ', [1, 0]), chunk('data', [])),
      'it has 2 bytes, expected 16',
    ],
  ])('refuses %s by name', (_, file, text) => {
    const error = errorOf(file)
    expect(error.code).toBe('invalid-wav')
    expect(error.message).toContain(text)
  })

  it('gives a hint with every refusal of a file with something in it', () => {
    for (const file of [
      ascii('OggS........................'),
      wav(FOUR).slice(0, -1),
      wav(FOUR, { channels: 0 }),
    ]) {
      expect(errorOf(file).hint).not.toBe('')
    }
  })

  it.each([
    ['mu-law', wav([1, 2], { code: 7, bits: 8 }), 'mu-law'],
    ['MP3 in WAV', wav([1, 2], { code: 85, bits: 0 }), 'MP3'],
    ['12 bits', wav([1, 2], { bits: 12, blockAlign: 2 }), '12-bit PCM'],
    ['half floats', wav([1, 2], { code: 3 }), '16-bit float'],
    ['foreign subformat', wav(FOUR, { extensible: true, subformatTail: '00'.repeat(14) }), 'subformat'],
  ])('says that %s is not read', (_, file, text) => {
    const error = errorOf(file)
    expect(error.code).toBe('unsupported-audio')
    expect(error.message).toContain(text)
  })

  it.each([Number.NaN, Infinity, 1e300])('refuses %d among float samples', (value) => {
    const error = errorOf(wav(float(64, [0, value]), { code: 3, bits: 64 }))
    expect(error.code).toBe('invalid-audio')
    expect(error.message).toContain('sample 1 of 2')
  })

  it('answers any damaged file with sound or a SpeechError, never with another error', () => {
    const random = seededRandom(11)
    const good = wav(FOUR, { extensible: true, before: [chunk('LIST', [1, 2, 3])], container: 'RF64' })
    let refused = 0
    for (let round = 0; round < 3_000; round += 1) {
      const file = good.slice(0, Math.ceil(random() * good.length))
      for (let hits = Math.floor(random() * 4); hits > 0; hits -= 1) {
        file[Math.floor(random() * file.length)] = Math.floor(random() * 256)
      }
      try {
        expect(readWav(file).samples.every(Number.isFinite)).toBe(true)
      } catch (error) {
        expect(error).toBeInstanceOf(SpeechError)
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(1_000)
  })
})

describe('writeWav', () => {
  it('is read back to the nearest step', () => {
    const samples = noise(12, { samples: 1_001, amplitude: 0.9 })
    const file = writeWav(samples, 22_050)
    const { samples: back, sampleRate, format } = readWav(file)
    expect([file.length, sampleRate, format.bitsPerSample, format.channels]).toEqual([2_046, 22_050, 16, 1])
    back.forEach((sample, index) => {
      expect(Math.abs(sample - (samples[index] as number))).toBeLessThanOrEqual(0.5 / 32_768)
    })
    expect(writeWav(back, 22_050)).toEqual(file)
  })

  it('clips what lies outside, holds no sample at all, and refuses what cannot be written', () => {
    expect([...readWav(writeWav(Float32Array.of(2, -2, 1))).samples]).toEqual([
      32_767 / 32_768,
      -1,
      32_767 / 32_768,
    ])
    expect(readWav(writeWav(new Float32Array(0))).samples.length).toBe(0)
    expect(() => writeWav(Float32Array.of(Number.NaN))).toThrow(/sample 0 of 1 is NaN/)
    expect(() => writeWav(Float32Array.of(0), 0)).toThrow(SpeechError)
    expect(() => writeWav(Float32Array.of(0), 8_000.5)).toThrow(SpeechError)
  })
})
