import type { BlockWeights, SenseVoiceWeights } from '../weights/sense-voice-weights.ts'
import { type GraphBuilder, MICROSOFT } from './graph-builder.ts'
import type { WriteLinear } from './linear.ts'

/** Each [1, S, width]. */
export interface QueryKeyValue {
  readonly queries: string
  readonly keys: string
  readonly values: string
}

/** Writes softmax(q k / sqrt(headSize)) v over all heads into a graph. @returns the name of the [1, S, width] output */
export type Attend = (
  graph: GraphBuilder,
  name: string,
  inputs: QueryKeyValue,
  sizes: Pick<SenseVoiceWeights, 'width' | 'heads' | 'queryScale'>,
) => string

export function queryKeyValue(
  graph: GraphBuilder,
  linear: WriteLinear,
  block: BlockWeights,
  x: string,
): QueryKeyValue {
  const { name } = block
  const joined = linear(graph, block.queryKeyValue, { name: `${name}.qkv`, x, output: `${name}/qkv` })
  const found = { queries: `${name}/queries`, keys: `${name}/keys`, values: `${name}/values` }
  const width = block.out.rows
  graph.split(Object.values(found), 'Split', [joined, graph.int64s('thirds', [width, width, width])], 2)
  return found
}

/**
 * Operator by operator, in the order of the published graph, so that the sums come out bit for bit. Where the queries are scaled differs by what onnxruntime
 * makes of the two exports: before the product in opset 13 (sherpa), inside of it from opset 14 on (FunASR).
 */
export function plainAttention(scaled: 'before' | 'inside'): Attend {
  return (graph, name, { queries, keys, values }, { width, heads, queryScale }) => {
    // 0 keeps the length that is there: no arithmetic on shapes.
    const perHead = graph.int64s('heads', [0, 0, heads, width / heads])
    const inHeads = (what: string, x: string, perm: readonly number[]): string => {
      const rows = graph.node(`${name}/${what}_rows`, 'Reshape', [x, perHead])
      return graph.node(`${name}/${what}_heads`, 'Transpose', [rows], { perm })
    }
    const q = inHeads('q', queries, [0, 2, 1, 3])
    const k = inHeads('k', keys, [0, 2, 3, 1])
    const scores =
      scaled === 'before'
        ? scaledBefore(graph, name, q, k, queryScale)
        : scaledInside(graph, name, q, k, queryScale)
    const shares = graph.node(`${name}/shares`, 'Softmax', [scores], { axis: -1 })
    const mixed = graph.node(`${name}/mixed`, 'MatMul', [shares, inHeads('v', values, [0, 2, 1, 3])])
    const rows = graph.node(`${name}/mixed_rows`, 'Transpose', [mixed], { perm: [0, 2, 1, 3] })
    return graph.node(`${name}/mixed_joined`, 'Reshape', [rows, graph.int64s('joined_heads', [0, 0, width])])
  }
}

function scaledBefore(graph: GraphBuilder, name: string, q: string, k: string, scale: number): string {
  const scaled = graph.node(`${name}/scaled`, 'Mul', [q, graph.floats('query_scale', [scale])])
  return graph.node(`${name}/scores`, 'MatMul', [scaled, k])
}

function scaledInside(graph: GraphBuilder, name: string, q: string, k: string, scale: number): string {
  return graph.node(`${name}/scores`, 'FusedMatMul', [q, k], { alpha: { float: scale } }, MICROSOFT)
}
