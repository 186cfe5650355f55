import type { AcousticOutput } from '@sensevoice-web/engine'
import { describe, expect, test } from 'vitest'
import { compareOutputs } from './compare-outputs.ts'

const tags = {
  language: Float32Array.of(0.9, 0.1),
  emotion: Float32Array.of(0.2, 0.8),
  event: Float32Array.of(1),
  textNorm: Float32Array.of(0.5, 0.5),
}
const output = (ids: number[], probabilities: number[], more: Partial<AcousticOutput['tags']> = {}) => ({
  tokenIds: Int32Array.from(ids),
  tokenProbabilities: Float32Array.from(probabilities),
  tags: { ...tags, ...more },
})
const sure = (ids: number[]) => output(ids, Array(ids.length).fill(0.99))
const ids = Array.from({ length: 40 }, (_, index) => index)

describe('compareOutputs', () => {
  test('takes what rounding moves for the same', () => {
    const moved = output(ids, Array(40).fill(0.93), { language: Float32Array.of(0.85, 0.15) })
    expect(compareOutputs(sure(ids), moved)).toMatchObject({ agrees: true, frames: 1 })
  })

  test('takes a near tie that falls the other way for the same', () => {
    const ties = output(ids, Array(40).fill(0.4))
    expect(compareOutputs(ties, output(ids.toReversed(), Array(40).fill(0.42))).agrees).toBe(true)
  })

  test('sees other tokens where the reference is sure', () => {
    const other = sure(ids.map((id, index) => (index < 3 ? id + 1 : id)))
    expect(compareOutputs(sure(ids), other)).toMatchObject({ agrees: false, frames: 37 / 40 })
  })

  test('sees another tag', () => {
    const other = output(ids, Array(40).fill(0.99), { emotion: Float32Array.of(0.5, 0.5) })
    expect(compareOutputs(sure(ids), other).agrees).toBe(false)
  })

  test.each([
    ['zeros', output(ids, Array(40).fill(0))],
    ['no numbers', output(ids, Array(40).fill(Number.NaN))],
    ['tags that are no numbers', output(ids, Array(40).fill(0.99), { event: Float32Array.of(Number.NaN) })],
    ['fewer frames', sure(ids.slice(1))],
    ['fewer tags', output(ids, Array(40).fill(0.99), { event: new Float32Array(0) })],
    ['nothing', sure([])],
  ])('does not trust %s', (_, other) => {
    expect(compareOutputs(sure(ids), other).agrees).toBe(false)
  })
})
