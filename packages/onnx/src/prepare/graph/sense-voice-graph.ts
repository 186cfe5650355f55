import { ELEMENT } from '../proto/onnx-graph.ts'
import type { BlockWeights, LayerNorm, SenseVoiceWeights } from '../weights/sense-voice-weights.ts'
import { type Attend, queryKeyValue } from './attention.ts'
import { type BuiltTensor, GraphBuilder } from './graph-builder.ts'
import type { WriteLinear } from './linear.ts'
import { NARROW, narrowHead } from './narrow-head.ts'
import { addPositions } from './positions.ts'

export interface SenseVoiceGraphOptions {
  /** Name of the file that holds the float weights. */
  readonly file: string
  readonly linear: WriteLinear
  readonly attend: Attend
  /**
   * How the convolution over time is written. As one over `images` one line high onnxruntime has a faster kernel for it on native processors, whose sums round
   * differently in the last bit.
   */
  readonly convolution: 'lines' | 'images'
  /** `given`: the graph has an input for them. */
  readonly positions: 'computed' | 'given'
  readonly tagIds: readonly number[]
}

/**
 * The SenseVoice graph for one utterance, written from its weights. Against the published export it has no mask (one utterance has no padding, and
 * every masked operation is then the identity), no arithmetic on shapes, the fused operators that onnxruntime would find at every load, and
 * the narrow head.
 */
export function senseVoiceGraph(weights: SenseVoiceWeights, options: SenseVoiceGraphOptions): GraphBuilder {
  const graph = new GraphBuilder()
  const writer = new GraphWriter(graph, weights, options)
  const logits = writer.logits()
  narrowHead(graph, logits, options.tagIds)
  return graph
}

class GraphWriter {
  readonly #graph: GraphBuilder
  readonly #weights: SenseVoiceWeights
  readonly #options: SenseVoiceGraphOptions

  constructor(graph: GraphBuilder, weights: SenseVoiceWeights, options: SenseVoiceGraphOptions) {
    this.#graph = graph
    this.#weights = weights
    this.#options = options
  }

  logits(): string {
    const { blocks, tpBlocks, afterNorm, tpNorm, head } = this.#weights
    let x = this.#embedded()
    for (const block of blocks) x = this.#block(block, x)
    x = this.#norm('after_norm', afterNorm, x)
    for (const block of tpBlocks) x = this.#block(block, x)
    x = this.#norm('tp_norm', tpNorm, x)
    return this.#options.linear(this.#graph, head, { name: 'ctc', x, output: 'logits' })
  }

  /** Prompt rows in front of the features, scaled, with their positions: [1, S, featureSize]. */
  #embedded(): string {
    const graph = this.#graph
    const { embedding, featureSize, inputScale } = this.#weights
    const features = graph.input(NARROW.features, ELEMENT.float)
    const prompt = graph.input(NARROW.prompt, ELEMENT.int32)
    const table = graph.tensor({ ...embedding, file: this.#options.file })
    const rows = graph.node('prompt/rows', 'Gather', [table, prompt], { axis: 0 })
    const joined = graph.node('prompt/joined', 'Concat', [rows, features], { axis: 1 })
    const scaled = graph.node('prompt/scaled', 'Mul', [joined, graph.floats('input_scale', [inputScale])])
    if (this.#options.positions === 'computed') return addPositions(graph, scaled, featureSize)
    const positions = graph.input(NARROW.positions, ELEMENT.float)
    return graph.node('positions/added', 'Add', [scaled, positions])
  }

  /** x: [1, S, inSize] to [1, S, width]. */
  #block(block: BlockWeights, x: string): string {
    const graph = this.#graph
    const { linear } = this.#options
    const { name } = block
    const attended = this.#attention(block, this.#norm(`${name}/norm1`, block.norm1, x))
    // The first block changes the width, so it has no residual.
    const resides = block.queryKeyValue.rows === block.out.columns
    const sum = resides ? graph.node(`${name}/attended`, 'Add', [x, attended]) : attended
    const normed = this.#norm(`${name}/norm2`, block.norm2, sum)
    const hidden = linear(graph, block.feedForward1, {
      name: `${name}.w_1`,
      x: normed,
      output: `${name}/w_1`,
    })
    const active = graph.node(`${name}/relu`, 'Relu', [hidden])
    const fed = linear(graph, block.feedForward2, { name: `${name}.w_2`, x: active, output: `${name}/w_2` })
    return graph.node(`${name}/out`, 'Add', [sum, fed])
  }

  #attention(block: BlockWeights, x: string): string {
    const graph = this.#graph
    const { linear, attend, file } = this.#options
    const { name } = block
    const { queries, keys, values } = queryKeyValue(graph, linear, block, x)
    const mixed = attend(graph, name, { queries, keys, values }, this.#weights)
    const out = linear(graph, block.out, { name: `${name}.out`, x: mixed, output: `${name}/out_linear` })
    const rows = this.#filtered(name, values, { ...block.memory, file })
    const memory = graph.node(`${name}/memory`, 'Add', [rows, values])
    return graph.node(`${name}/attention`, 'Add', [out, memory])
  }

  /** Each channel with its own filter over time: [1, S, width] to [1, S, width]. */
  #filtered(name: string, x: string, filters: BuiltTensor): string {
    const graph = this.#graph
    const [channels = 0, , taps = 1] = filters.dims
    const side = (taps - 1) / 2
    const output = `${name}/fsmn_t`
    if (this.#options.convolution === 'lines') {
      const columns = graph.node(`${name}/values_t`, 'Transpose', [x], { perm: [0, 2, 1] })
      const filtered = graph.node(`${name}/fsmn`, 'Conv', [columns, graph.tensor(filters)], {
        group: channels,
        kernel_shape: [taps],
        pads: [side, side],
        strides: [1],
        dilations: [1],
      })
      return graph.node(output, 'Transpose', [filtered], { perm: [0, 2, 1] })
    }
    // Transposed as an image is, so that onnxruntime sees that layout and transposition are one.
    const height = graph.int64s('height_axis', [1])
    const image = graph.node(`${name}/values_image`, 'Unsqueeze', [x, height])
    const columns = graph.node(`${name}/values_t`, 'Transpose', [image], { perm: [0, 3, 1, 2] })
    const inputs = [columns, graph.tensor({ ...filters, dims: [channels, 1, 1, taps] })]
    const filtered = graph.node(`${name}/fsmn`, 'Conv', inputs, {
      group: channels,
      kernel_shape: [1, taps],
      pads: [0, side, 0, side],
      strides: [1, 1],
      dilations: [1, 1],
    })
    const rows = graph.node(`${name}/fsmn_image`, 'Transpose', [filtered], { perm: [0, 2, 3, 1] })
    return graph.node(output, 'Squeeze', [rows, height])
  }

  #norm(name: string, { weight, bias }: LayerNorm, x: string): string {
    const { file } = this.#options
    const inputs = [x, this.#graph.tensor({ ...weight, file }), this.#graph.tensor({ ...bias, file })]
    const attributes = { axis: -1, epsilon: { float: this.#weights.epsilon }, stash_type: 1 }
    return this.#graph.node(`${name}/normed`, 'LayerNormalization', inputs, attributes)
  }
}
