import type { GraphBuilder } from './graph-builder.ts'

/** How operations number by number are written for a runtime. Each writes into a graph and returns the name of its output; the numbers are the same. */
export interface Elementwise {
  /** Terms of one shape, added from left to right. */
  readonly sum: (graph: GraphBuilder, output: string, terms: readonly string[]) => string
  /** max(x, 0). */
  readonly rectify: (graph: GraphBuilder, output: string, x: string) => string
}

/** No Add: onnxruntime would join it with a norm behind it where it optimizes, which is slower on native processors, and less exact. */
const sumAtOnce: Elementwise['sum'] = (graph, output, terms) => graph.node(output, 'Sum', terms)

/** Sum has no kernel on WebGPU. */
const sumInPairs: Elementwise['sum'] = (graph, output, [first = '', ...others]) =>
  others.reduce(
    (sum, term, index) =>
      graph.node(index === others.length - 1 ? output : `${output}/${index}`, 'Add', [sum, term]),
    first,
  )

const relu: Elementwise['rectify'] = (graph, output, x) => graph.node(output, 'Relu', [x])

/**
 * From a kernel that does not write over its input. Where onnxruntime's Relu does, WASM computes it number by number: compilers vectorize such a loop only for
 * buffers apart from each other.
 */
const largerThanZero: Elementwise['rectify'] = (graph, output, x) =>
  graph.node(output, 'Max', [x, graph.floats('zero_float', [0])])

export const elementwise = {
  wasm: { sum: sumAtOnce, rectify: largerThanZero },
  native: { sum: sumAtOnce, rectify: relu },
  webgpu: { sum: sumInPairs, rectify: relu },
} as const satisfies Record<string, Elementwise>
