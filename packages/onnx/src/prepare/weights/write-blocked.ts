import type { ByteSource } from '../byte-source.ts'
import { BLOCK_ROWS, type BlockedLinear } from '../graph/linear.ts'
import { ELEMENT, type OnnxTensor } from '../proto/onnx-graph.ts'
import { allLinears } from './linears.ts'
import type { QuantizedLinear, SenseVoiceWeights } from './sense-voice-weights.ts'
import { tensorBytes } from './tensor-values.ts'
import type { WriteBytes } from './write-signed.ts'

/** Where each matrix of a file of blocked matrices is. */
export type BlockedLayout = ReadonlyMap<QuantizedLinear, BlockedLinear>

/** The file's layout: matrix, scales and zero points of one product after the other, and its size. */
export function blockedLayout(weights: SenseVoiceWeights): { layout: BlockedLayout; bytes: number } {
  const layout = new Map<QuantizedLinear, BlockedLinear>()
  let offset = 0
  const place = (elementType: number, dims: readonly number[], length: number): OnnxTensor => {
    const data = { in: 'file', offset, length } as const
    offset += length
    return { name: '', elementType, dims, data }
  }
  for (const linear of allLinears(weights)) {
    const blocks = linear.columns * blocksPerColumn(linear)
    layout.set(linear, {
      // Scales first: they are floats, and everything before them is a multiple of 4 bytes long.
      scales: place(ELEMENT.float, [blocks], 4 * blocks),
      matrix: place(
        ELEMENT.uint8,
        [linear.columns, blocksPerColumn(linear), BLOCK_ROWS],
        blocks * BLOCK_ROWS,
      ),
      zeroPoints: place(ELEMENT.uint8, [blocks], blocks),
    })
    offset += (4 - (offset % 4)) % 4
  }
  return { layout, bytes: offset }
}

/**
 * Writes every matrix in the form of MatMulNBits: transposed, in blocks of 32 rows, each with the scale and zero point of its column. The numbers are
 * those of the published file; one matrix is in memory at a time.
 */
export async function writeBlocked(
  source: ByteSource,
  weights: SenseVoiceWeights,
  write: WriteBytes,
): Promise<void> {
  for (const linear of allLinears(weights)) {
    const blocks = blocksPerColumn(linear)
    await write(repeated(linear, blocks, (column) => linear.scales[column] ?? 0, Float32Array))
    await write(blocked(await tensorBytes(linear.quantized, source), linear))
    const zeroPoints = repeated(linear, blocks, (column) => linear.zeroPoints[column] ?? 0, Uint8Array)
    await write(zeroPoints)
    await write(new Uint8Array((4 - (zeroPoints.length % 4)) % 4))
  }
}

function blocksPerColumn({ rows }: QuantizedLinear): number {
  return Math.ceil(rows / BLOCK_ROWS)
}

/** uint8 [rows, columns] to uint8 [columns, blocks, 32]; rows beyond the last are zero points, so they count for nothing. */
function blocked(matrix: Uint8Array, linear: QuantizedLinear): Uint8Array {
  const { rows, columns, zeroPoints } = linear
  const padded = blocksPerColumn(linear) * BLOCK_ROWS
  const result = new Uint8Array(columns * padded)
  for (let column = 0; column < columns; column += 1) {
    const begin = column * padded
    for (let row = 0; row < rows; row += 1) {
      result[begin + row] = matrix[row * columns + column] as number
    }
    result.fill(zeroPoints[zeroPoints.length === 1 ? 0 : column] as number, begin + rows, begin + padded)
  }
  return result
}

/** One value a block: a column's own, or the one of all. */
function repeated(
  { columns, scales }: QuantizedLinear,
  blocks: number,
  valueIn: (column: number) => number,
  Values: typeof Float32Array | typeof Uint8Array,
): Uint8Array {
  const values = new Values(columns * blocks)
  for (let column = 0; column < columns; column += 1) {
    values.fill(valueIn(scales.length === 1 ? 0 : column), column * blocks, (column + 1) * blocks)
  }
  return new Uint8Array(values.buffer)
}
