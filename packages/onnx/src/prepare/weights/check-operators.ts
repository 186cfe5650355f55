import type { OnnxGraph } from '../proto/onnx-graph.ts'
import { notSenseVoice } from './trace.ts'

/** How often an operator that computes stands in a graph of so many blocks. */
const COMPUTING: Readonly<Record<string, (blocks: number) => number>> = {
  MatMulInteger: (blocks) => 4 * blocks + 1,
  DynamicQuantizeLinear: (blocks) => 4 * blocks + 1,
  MatMul: (blocks) => 2 * blocks,
  Softmax: (blocks) => blocks,
  Conv: (blocks) => blocks,
  Relu: (blocks) => blocks,
  Split: (blocks) => blocks,
  Where: (blocks) => 2 * blocks,
  // The variance of a layer norm: two norms a block, one behind each stack.
  Sqrt: (blocks) => 2 * blocks + 2,
  Exp: () => 1,
  Sin: () => 1,
  Cos: () => 1,
}

/** Operators of shapes, masks and of the arithmetic around those above. */
const OTHERS = new Set([
  ...[
    'Add',
    'Cast',
    'Concat',
    'Constant',
    'ConstantOfShape',
    'Div',
    'Equal',
    'Expand',
    'Gather',
    'Less',
    'Mul',
    'Neg',
  ],
  ...[
    'Pad',
    'Pow',
    'Range',
    'ReduceMax',
    'ReduceMean',
    'ReduceSum',
    'Reshape',
    'Shape',
    'Slice',
    'Squeeze',
    'Sub',
  ],
  ...['Tile', 'Transpose', 'Unsqueeze'],
])

/**
 * A rewritten graph is built anew from the weights, so whatever else the file computes would be lost: it must hold what the published
 * exports hold and nothing more.
 *
 * @throws SpeechError `model-unsupported` naming the first operator that is too many, too few or unknown
 */
export function checkOperators(graph: OnnxGraph, blocks: number): void {
  const counts = new Map<string, number>()
  for (const { operator } of graph.nodes) counts.set(operator, (counts.get(operator) ?? 0) + 1)
  for (const [operator, expected] of Object.entries(COMPUTING)) {
    const found = counts.get(operator) ?? 0
    if (found !== expected(blocks)) {
      throw notSenseVoice(`${found} ${operator} nodes for ${blocks} blocks instead of ${expected(blocks)}`)
    }
    counts.delete(operator)
  }
  for (const operator of counts.keys()) {
    if (!OTHERS.has(operator)) throw notSenseVoice(`it has ${operator} nodes`)
  }
}
