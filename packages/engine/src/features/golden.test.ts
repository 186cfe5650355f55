import { describe, expect, it } from 'vitest'
import { Fbank } from './fbank.ts'
import { createFrontEnd } from './front-end.ts'
import { stackFrames } from './low-frame-rate.ts'
import { type GoldenArray, goldenIndex, goldenSamples, goldenValues } from './test-data/golden.ts'

/**
 * Natural log energies. The reference rounds to float32 after every step and this front end computes in float64: in mel bins whose energy is
 * far below their neighbours' the reference's own rounding is the difference (largest seen: 3e-4), anything wrong in a step is above 1e-2.
 */
const FBANK_TOLERANCE = 1e-3
const BINS = 80
const index = goldenIndex()

function fbankOf(samples: Float32Array): { rows: Float32Array; frames: number } {
  const fbank = new Fbank({
    sampleRate: 16_000,
    melBins: BINS,
    frameLengthSamples: 400,
    frameShiftSamples: 160,
    sampleScale: 32_768,
  })
  const rows = new Float32Array(fbank.frameCount(samples.length) * BINS)
  return { rows, frames: fbank.compute(samples, rows) }
}

/** Largest absolute difference to the stored rows; infinite when a shape or a value is not as stored. */
function largestDifference(golden: GoldenArray, actual: Float32Array, tolerance: Float32Array | undefined) {
  const [rows, columns] = golden.shape
  const expected = goldenValues(golden)
  if (expected.length !== rows * columns) return Infinity
  let largest = 0
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const got = actual[row * golden.every * columns + column] ?? Number.NaN
      const difference = Math.abs(got - (expected[row * columns + column] ?? Number.NaN))
      const scaled = difference / (tolerance?.[column] ?? 1)
      if (!(scaled <= largest)) largest = Number.isNaN(scaled) ? Infinity : scaled
    }
  }
  return largest
}

describe('fbank against kaldi-native-fbank', () => {
  it('has at least 20 clips with frames to compare', () => {
    expect(index.clips.filter((clip) => clip.frames > 0).length).toBeGreaterThanOrEqual(20)
  })

  it.each(index.clips)('$name: every value within 1e-3', (clip) => {
    const { rows, frames } = fbankOf(goldenSamples(clip, index))
    expect(frames).toBe(clip.frames)
    expect(Math.ceil(frames / clip.fbank.every)).toBe(clip.fbank.shape[0])
    expect(largestDifference(clip.fbank, rows, undefined)).toBeLessThan(FBANK_TOLERANCE)
  })
})

describe('low frame rate against the reference', () => {
  it.each(Object.entries(index.lfr.rows))('%s frames are stacked as stored', (count, expected) => {
    const frames = Number(count)
    // The value of a frame is its number, so that the stacked rows show which frames they were made of.
    const numbers = Float32Array.from({ length: frames }, (_, frame) => frame)
    const stacked = stackFrames(numbers, frames, 1, 7, 6)
    expect([...stacked]).toEqual(expected.flat())
  })

  const clips = index.clips.filter((clip) => clip.lfr !== undefined)
  it.each(clips)('$name: rows', (clip) => {
    const { rows, frames } = fbankOf(goldenSamples(clip, index))
    const stacked = stackFrames(rows, frames, BINS, 7, 6)
    expect(stacked.length).toBe(clip.lfrFrames * BINS * 7)
    expect(largestDifference(clip.lfr as GoldenArray, stacked, undefined)).toBeLessThan(FBANK_TOLERANCE)
  })
})

describe('the whole front end against the reference', () => {
  const negMean = goldenValues(index.cmvn.negMean)
  const invStddev = goldenValues(index.cmvn.invStddev)
  const frontEnd = createFrontEnd({
    sampleRate: 16_000,
    melBins: BINS,
    frameLengthMs: 25,
    frameShiftMs: 10,
    lfrWindowSize: 7,
    lfrWindowShift: 6,
    normalizeSamples: false,
    negMean: [...negMean],
    invStddev: [...invStddev],
  })

  it.each(index.clips.filter((clip) => clip.cmvn !== undefined))('$name: after CMVN', (clip) => {
    const features = frontEnd.compute(goldenSamples(clip, index))
    expect(features.frames).toBe(clip.lfrFrames)
    // In units of invStddev, so that the bound is the one on the log energies.
    expect(largestDifference(clip.cmvn as GoldenArray, features.data, invStddev)).toBeLessThan(
      FBANK_TOLERANCE,
    )
  })

  it.each(index.clips)('$name: as many rows as the reference', (clip) => {
    const features = frontEnd.compute(goldenSamples(clip, index))
    expect([features.frames, features.dimension]).toEqual([clip.lfrFrames, 560])
    expect(features.data.length).toBe(clip.lfrFrames * 560)
  })
})
