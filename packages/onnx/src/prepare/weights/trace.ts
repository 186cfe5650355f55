import { SpeechError } from '@sensevoice-web/engine'
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../proto/onnx-graph.ts'

/** Questions to a graph: what makes this value, what reads that one. */
export class Trace {
  readonly #graph: OnnxGraph
  readonly #maker = new Map<string, OnnxNode>()
  readonly #readers = new Map<string, OnnxNode[]>()

  constructor(graph: OnnxGraph) {
    this.#graph = graph
    for (const node of graph.nodes) {
      for (const output of node.outputs) this.#maker.set(output, node)
      for (const input of node.inputs) {
        const readers = this.#readers.get(input)
        if (readers === undefined) this.#readers.set(input, [node])
        else readers.push(node)
      }
    }
  }

  /** The one node with this operator that reads the value. */
  reader(value: string, operator: string): OnnxNode {
    const found = this.#readers.get(value)?.filter((node) => node.operator === operator) ?? []
    const [node] = found
    if (node === undefined || found.length > 1) {
      throw notSenseVoice(`"${value}" is read by ${found.length} ${operator} nodes instead of one`)
    }
    return node
  }

  /** The first node with this operator, in the order of the file. */
  first(operator: string): OnnxNode {
    const node = this.#graph.nodes.find((candidate) => candidate.operator === operator)
    if (node === undefined) throw notSenseVoice(`it has no ${operator} node`)
    return node
  }

  /** The input of `node` that is made by this operator, as that node; casts between the two are passed. */
  inputMadeBy(node: OnnxNode, operator: string): OnnxNode {
    for (const input of node.inputs) {
      let maker = this.#maker.get(input)
      while (maker?.operator === 'Cast' && operator !== 'Cast') maker = this.#maker.get(maker.inputs[0] ?? '')
      if (maker?.operator === operator) return maker
    }
    throw notSenseVoice(`no input of the ${node.operator} node "${node.outputs[0]}" is made by ${operator}`)
  }

  /** The input of `node` that is an initializer or a Constant. */
  constantInput(node: OnnxNode): OnnxTensor {
    for (const input of node.inputs) {
      const tensor = this.constant(input)
      if (tensor !== undefined) return tensor
    }
    throw notSenseVoice(`no input of the ${node.operator} node "${node.outputs[0]}" is constant`)
  }

  constant(name: string): OnnxTensor | undefined {
    return this.#graph.initializers.get(name) ?? this.#maker.get(name)?.value
  }

  /** @throws SpeechError `model-unsupported` when there is no such initializer */
  initializer(name: string): OnnxTensor {
    const tensor = this.#graph.initializers.get(name)
    if (tensor === undefined) throw notSenseVoice(`the weight "${name}" is missing`)
    return tensor
  }

  has(name: string): boolean {
    return this.#graph.initializers.has(name)
  }
}

export function notSenseVoice(what: string): SpeechError {
  return new SpeechError(
    'model-unsupported',
    `the graph is not that of a quantized SenseVoice export: ${what}`,
    {
      hint: 'Use the published int8 file; other models run as they are, without being prepared.',
    },
  )
}
