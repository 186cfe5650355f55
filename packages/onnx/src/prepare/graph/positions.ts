import type { GraphBuilder } from './graph-builder.ts'

/** ln 10000 as the exporters write it. */
const LOG_OF_LONGEST = Math.fround(9.21034049987793)

/**
 * Adds sines (first half) and cosines (second half) of the positions, counted from 1, with the operators of the published graph, so that the sums
 * come out bit for bit.
 *
 * @param x [1, S, featureSize]
 */
export function addPositions(graph: GraphBuilder, x: string, featureSize: number): string {
  const half = featureSize / 2
  const step = -Math.fround(LOG_OF_LONGEST / (half - 1))
  const exponents = Float32Array.from({ length: half }, (_, index) => index * step)
  const shape = graph.node('positions/shape', 'Shape', [x])
  const length = graph.node('positions/length', 'Gather', [shape, graph.int64s('one', [1], [])], { axis: 0 })
  const end = graph.node('positions/end', 'Add', [length, 'one'])
  const counted = graph.node('positions/counted', 'Range', ['one', end, 'one'])
  const numbers = graph.node('positions/numbers', 'Cast', [counted], { to: 1 })
  const column = graph.node('positions/column', 'Reshape', [numbers, graph.int64s('a_column', [1, -1, 1])])
  const rates = graph.node('positions/rates', 'Exp', [
    graph.floats('positions/exponents', exponents, [1, 1, half]),
  ])
  const angles = graph.node('positions/angles', 'Mul', [column, rates])
  const sines = graph.node('positions/sines', 'Sin', [angles])
  const cosines = graph.node('positions/cosines', 'Cos', [angles])
  const code = graph.node('positions/code', 'Concat', [sines, cosines], { axis: 2 })
  return graph.node('positions/added', 'Add', [x, code])
}

/**
 * The same sines and cosines for a graph that is given them: whatever asks for a shape would be computed on the CPU.
 *
 * @param frames rows, the four prompt rows included
 * @returns row-major [frames, featureSize]
 */
export function positionCode(frames: number, featureSize: number): Float32Array {
  const half = featureSize / 2
  const step = -Math.fround(LOG_OF_LONGEST / (half - 1))
  const code = new Float32Array(frames * featureSize)
  for (let frame = 0; frame < frames; frame += 1) {
    for (let index = 0; index < half; index += 1) {
      const rate = Math.fround(Math.exp(Math.fround(index * step)))
      const angle = Math.fround((frame + 1) * rate)
      code[frame * featureSize + index] = Math.sin(angle)
      code[frame * featureSize + half + index] = Math.cos(angle)
    }
  }
  return code
}
