import { describe, expect, it } from 'vitest'
import { SpeechError } from '../errors.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { AudioHistory } from './audio-history.ts'
import { Framer } from './framer.ts'
import { LevelMeter } from './level-meter.ts'
import { downmixInterleaved, downmixPlanar, floatToPcm16, pcm16ToFloat } from './pcm16.ts'

/** Samples that say their own position; float32 holds whole numbers up to 2^24 exactly. */
const counting = (from: number, length: number): Float32Array =>
  Float32Array.from({ length }, (_, index) => from + index)

/** The first sample that does not say its own position, and undefined when all do; far quicker than comparing arrays by `toEqual`. */
function misplaced(samples: Float32Array, from: number): number | undefined {
  const at = samples.findIndex((sample, index) => sample !== from + index)
  return at < 0 ? undefined : from + at
}

describe('Framer', () => {
  it('gives every sample once, in order and at its position, for any chunking', () => {
    for (const seed of [1, 2, 3, 4]) {
      const random = seededRandom(seed)
      const framer = new Framer(512, 1_000)
      const windows = []
      let pushed = 1_000
      for (let round = 0; round < 200; round += 1) {
        const size = Math.floor(random() * ([2, 130, 600, 3_000][seed - 1] as number))
        windows.push(...framer.push(counting(pushed, size)))
        pushed += size
        expect(framer.endSamples).toBe(pushed)
      }
      windows.forEach((window, index) => {
        expect(window.startSamples).toBe(1_000 + 512 * index)
        expect(window.paddingSamples).toBe(0)
        expect(window.samples.length).toBe(512)
        expect(misplaced(window.samples, window.startSamples)).toBeUndefined()
      })
      const last = framer.flush()
      const covered = 1_000 + 512 * windows.length
      expect(pushed - covered).toBeLessThan(512)
      expect(512 - (last?.paddingSamples ?? 512)).toBe(pushed - covered)
    }
  })

  it('fills the last window with zeros, says how many, and goes on behind the real samples', () => {
    const framer = new Framer(8)
    expect(framer.push(counting(1, 11)).length).toBe(1)
    expect(framer.flush()).toEqual({
      samples: Float32Array.of(9, 10, 11, 0, 0, 0, 0, 0),
      startSamples: 8,
      paddingSamples: 5,
    })
    expect(framer.flush()).toBeUndefined()
    expect(framer.push(counting(12, 8))).toEqual([
      { samples: counting(12, 8), startSamples: 11, paddingSamples: 0 },
    ])
  })

  it('refuses sizes and positions that make no sense', () => {
    for (const size of [0, -1, 1.5, Number.NaN]) expect(() => new Framer(size)).toThrow(SpeechError)
    for (const start of [-1, 0.5, Number.NaN]) expect(() => new Framer(512, start)).toThrow(SpeechError)
  })
})

describe('AudioHistory', () => {
  it('gives back by absolute position what went in, through growing, wrapping and discarding', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const random = seededRandom(seed)
      const capacity = [1, 777, 16_384, 50_000, 120_000][seed - 1] as number
      const history = new AudioHistory(capacity, 5_000)
      let end = 5_000
      let start = 5_000
      for (let round = 0; round < 400; round += 1) {
        const size = Math.floor(random() ** 3 * capacity * 1.3)
        const lost = Math.max(0, end + size - capacity - start)
        expect(history.append(counting(end, size))).toBe(lost)
        end += size
        start += lost
        if (random() < 0.2) {
          const position = start + Math.floor(random() * (end - start + 100)) - 50
          history.discardBefore(position)
          start = Math.min(Math.max(start, position), end)
        }
        expect([history.startSamples, history.endSamples]).toEqual([start, end])
        const from = start + Math.floor(random() * (end - start))
        const to = from + Math.floor(random() * (end - from + 1))
        const slice = history.slice(from, to)
        expect([slice.length, misplaced(slice, from)]).toEqual([to - from, undefined])
      }
      expect(end).toBeGreaterThan(5_000 + capacity)
      const all = history.slice(start, end)
      expect([all.length, misplaced(all, start)]).toEqual([end - start, undefined])
    }
  })

  it('refuses ranges that are not kept', () => {
    const history = new AudioHistory(100)
    history.append(counting(0, 150))
    for (const [from, to] of [
      [49, 60],
      [60, 151],
      [80, 70],
      [60.5, 70],
      [Number.NaN, 70],
    ] as const) {
      expect(() => history.slice(from, to)).toThrow(/50 to 150 are kept/)
    }
    expect(history.slice(150, 150).length).toBe(0)
    for (const capacity of [0, -5, 1.5, Infinity])
      expect(() => new AudioHistory(capacity)).toThrow(SpeechError)
  })

  it('hands out copies', () => {
    const history = new AudioHistory(100)
    history.append(counting(0, 10))
    history.slice(0, 10).fill(-1)
    expect(history.slice(0, 10)).toEqual(counting(0, 10))
  })
})

describe('LevelMeter', () => {
  it('gives root mean square and peak since it was last taken', () => {
    const meter = new LevelMeter()
    meter.push(Float32Array.of(0.5, -0.5))
    meter.push(new Float32Array(0))
    meter.push(Float32Array.of(-1, 0))
    expect(meter.samples).toBe(4)
    expect(meter.take()).toEqual({ rms: Math.sqrt(1.5 / 4), peak: 1 })
    expect(meter.take()).toEqual({ rms: 0, peak: 0 })
  })

  it('stays in [0, 1] for float sound above full scale', () => {
    const meter = new LevelMeter()
    meter.push(Float32Array.of(3, -4))
    expect(meter.take()).toEqual({ rms: 1, peak: 1 })
  })
})

describe('16-bit PCM and channels', () => {
  it('every 16-bit value survives the way to float and back', () => {
    const all = Int16Array.from({ length: 65_536 }, (_, index) => index - 32_768)
    const floats = pcm16ToFloat(all)
    expect([floats[0], floats[32_768], floats[65_535]]).toEqual([-1, 0, 32_767 / 32_768])
    expect(floatToPcm16(floats)).toEqual(all)
  })

  it('clips and rounds, and refuses what is no number', () => {
    expect([...floatToPcm16(Float32Array.of(1, -1.1, 0.6 / 32_768, -0.6 / 32_768))]).toEqual([
      32_767, -32_768, 1, -1,
    ])
    expect(() => floatToPcm16(Float32Array.of(0, Infinity))).toThrow(/sample 1 of 2 is Infinity/)
  })

  it('downmixes to the mean, interleaved and planar alike', () => {
    expect([...downmixInterleaved(Float32Array.of(1, 0, 0.5, -0.5, -1, -1), 2)]).toEqual([0.5, 0, -1])
    const planar = [Float32Array.of(1, 0.5, -1), Float32Array.of(0, -0.5, -1)]
    expect([...downmixPlanar(planar)]).toEqual([0.5, 0, -1])
    const mono = Float32Array.of(1, 2)
    expect(downmixPlanar([mono])).toEqual(mono)
    expect(downmixPlanar([mono])).not.toBe(mono)
  })

  it('refuses channels that do not fit', () => {
    for (const channels of [0, -1, 1.5, 2]) {
      expect(() => downmixInterleaved(new Float32Array(3), channels)).toThrow(SpeechError)
    }
    expect(() => downmixPlanar([])).toThrow(SpeechError)
    expect(() => downmixPlanar([new Float32Array(2), new Float32Array(3)])).toThrow(/\[2, 3\]/)
  })
})
