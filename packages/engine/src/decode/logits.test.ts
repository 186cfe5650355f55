import { describe, expect, test } from 'vitest'
import { noise } from '../testing/signals.ts'
import { smallVocabulary } from '../testing/small-vocabulary.ts'
import { findTags } from './find-tags.ts'
import { reduceLogits } from './logits.ts'
import { sumOfExponentials } from './sum-of-exponentials.ts'

const vocabulary = smallVocabulary()
const tags = findTags(vocabulary)
const size = vocabulary.size

/** Softmax in double precision by the definition, as far as its exponents allow. */
function softmax(values: readonly number[]): number[] {
  const total = values.reduce((sum, value) => sum + Math.exp(value), 0)
  return values.map((value) => Math.exp(value) / total)
}

describe('reduceLogits', () => {
  const frames = 12
  const logits = noise(5, { samples: frames * size, amplitude: 12 })
  const row = (frame: number) => [...logits.subarray(frame * size, (frame + 1) * size)]

  test('gives the best id of every speech frame and its softmax probability', () => {
    const output = reduceLogits(logits, frames, size, tags)
    expect(output.tokenIds.length).toBe(frames - 4)
    for (const [index, id] of output.tokenIds.entries()) {
      const probabilities = softmax(row(index + 4))
      expect(probabilities[id]).toBe(Math.max(...probabilities))
      expect(output.tokenProbabilities[index]).toBeCloseTo(probabilities[id] ?? 0, 6)
    }
  })

  test('gives each tag group a softmax over its own ids in its own frame', () => {
    const output = reduceLogits(logits, frames, size, tags)
    for (const [frame, group] of (['language', 'emotion', 'event', 'textNorm'] as const).entries()) {
      const own = softmax([...tags[group].ids].map((id) => row(frame)[id] ?? Number.NaN))
      expect(output.tags[group].length).toBe(own.length)
      for (const [index, probability] of own.entries()) {
        expect(output.tags[group][index]).toBeCloseTo(probability, 6)
      }
    }
  })

  test('is stable where exp would overflow, and takes -Infinity as impossible', () => {
    const large = new Float32Array(5 * size).fill(-Infinity)
    for (let frame = 0; frame < 5; frame += 1) {
      for (let id = 0; id < size; id += 1) large[frame * size + id] = id % 2 ? 10_000 : -Infinity
    }
    const output = reduceLogits(large, 5, size, tags)
    expect(output.tokenIds[0]).toBe(1)
    expect(output.tokenProbabilities[0]).toBeCloseTo(1 / Math.floor(size / 2), 6)
    expect(output.tags.language.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6)
  })

  test('of equal logits takes the lowest id, as an argmax does', () => {
    const output = reduceLogits(new Float32Array(5 * size), 5, size, tags)
    expect([...output.tokenIds]).toEqual([0])
    expect(output.tokenProbabilities[0]).toBeCloseTo(1 / size, 6)
  })

  test('answers the four tag frames alone without speech frames', () => {
    expect(reduceLogits(new Float32Array(4 * size), 4, size, tags).tokenIds.length).toBe(0)
  })

  test('refuses another shape, and values that are not numbers in speech and tag frames', () => {
    expect(() => reduceLogits(logits, frames, size - 1, tags)).toThrow(/logits, got/)
    expect(() => reduceLogits(logits.subarray(0, 3 * size), 3, size, tags)).toThrow(/4 or more frames/)
    for (const index of [tags.emotion.ids[0] ?? 0, 4 * size + 3]) {
      const broken = logits.slice()
      broken[index + (index < size ? size : 0)] = Number.NaN
      expect(() => reduceLogits(broken, frames, size, tags)).toThrow(/not numbers/)
    }
  })
})

test('sumOfExponentials is within 1e-9 of Math.exp, from the maximum down to nothing', () => {
  const values = noise(6, { samples: 25_055, amplitude: 60 })
  const maximum = values.reduce((highest, value) => Math.max(highest, value), -Infinity)
  const exact = values.reduce((sum, value) => sum + Math.exp(value - maximum), 0)
  expect(Math.abs(sumOfExponentials(values, 0, values.length, maximum) / exact - 1)).toBeLessThan(1e-9)
  expect(sumOfExponentials(Float32Array.of(3, -200, -Infinity), 0, 3, 3)).toBe(1)
  expect(sumOfExponentials(Float32Array.of(3, Number.NaN), 0, 2, 3)).toBeNaN()
})

test('the probability of the maximum is what NumPy computes in double precision', () => {
  // e = exp(x - max(x)); max(e / sum(e)) for these float32 rows.
  const rows: [number[], number][] = [
    [[1.5, -2.25, 7, 6.5, -30], 0.62084286],
    [[100, 100.5, 99, 0, -100], 0.54654939],
  ]
  for (const [values, probability] of rows) {
    const sum = sumOfExponentials(Float32Array.from(values), 0, values.length, Math.max(...values))
    expect(1 / sum).toBeCloseTo(probability, 8)
  }
})
