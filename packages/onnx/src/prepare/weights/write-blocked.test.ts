import { describe, expect, test } from 'vitest'
import { quantizedModel } from '../../test-data/files.ts'
import { memorySource } from '../byte-source.ts'
import { BLOCK_ROWS } from '../graph/linear.ts'
import { readGraph } from '../proto/read-graph.ts'
import { allLinears } from './linears.ts'
import { findWeights } from './sense-voice-weights.ts'
import { floatValues, tensorBytes } from './tensor-values.ts'
import { blockedLayout, writeBlocked } from './write-blocked.ts'

describe.each(['sherpa', 'funasr'] as const)(
  'the blocked matrices of a file of the %s flavour',
  async (flavour) => {
    const source = memorySource(quantizedModel(flavour).model)
    const weights = await findWeights(await readGraph(source), source)
    const linears = allLinears(weights)

    test('hold every weight with the scale and zero point of its column, and zeros behind the last row', async () => {
      const parts: Uint8Array[] = []
      await writeBlocked(source, weights, async (bytes) => void parts.push(bytes.slice()))
      const file = memorySource(Buffer.concat(parts))
      const { layout, bytes } = blockedLayout(weights)
      expect(file.byteLength).toBe(bytes)
      for (const linear of linears) {
        const place = layout.get(linear)
        if (place === undefined) throw new Error('a matrix has no place')
        const { rows, columns } = linear
        const published = await tensorBytes(linear.quantized, source)
        const matrix = await tensorBytes(place.matrix, file)
        const scales = await floatValues(place.scales, file)
        const zeroPoints = await tensorBytes(place.zeroPoints, file)
        const padded = Math.ceil(rows / BLOCK_ROWS) * BLOCK_ROWS
        expect(matrix.length).toBe(columns * padded)
        let wrong = 0
        for (let at = 0; at < matrix.length; at += 1) {
          const column = Math.floor(at / padded)
          const row = at % padded
          const block = Math.floor(at / BLOCK_ROWS)
          const found = (value(matrix, at) - value(zeroPoints, block)) * value(scales, block)
          const own = linear.scales.length === 1 ? 0 : column
          const quantized = value(published, row * columns + column) - value(linear.zeroPoints, own)
          if (found !== (row < rows ? quantized * value(linear.scales, own) : 0)) wrong += 1
        }
        expect(wrong).toBe(0)
      }
    })

    test('come of a file with the scales that its exporter writes', () => {
      for (const { scales, columns } of linears) {
        expect(scales.length).toBe(flavour === 'sherpa' ? 1 : columns)
        expect(new Set(scales).size).toBeGreaterThan(flavour === 'sherpa' ? 0 : columns / 2)
      }
    })
  },
)

function value(values: ArrayLike<number>, index: number): number {
  return values[index] ?? Number.NaN
}
