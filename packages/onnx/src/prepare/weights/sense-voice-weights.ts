import type { ByteSource } from '../byte-source.ts'
import { ELEMENT, type OnnxGraph, type OnnxTensor } from '../proto/onnx-graph.ts'
import { checkOperators } from './check-operators.ts'
import { floatValues, tensorBytes } from './tensor-values.ts'
import { notSenseVoice, Trace } from './trace.ts'

/** `y = x W + b` with W as 8-bit numbers: `W[k, n] = (quantized[k, n] - zeroPoint[n]) * scale[n]`. */
export interface QuantizedLinear {
  /** uint8 [rows, columns]; rows are the inputs, columns the outputs. */
  readonly quantized: OnnxTensor
  readonly rows: number
  readonly columns: number
  /** One for all columns, or one each. */
  readonly scales: Float32Array
  /** As many as scales, uint8. */
  readonly zeroPoints: Uint8Array
  /** float32 [columns]. */
  readonly bias: OnnxTensor
}

export interface LayerNorm {
  readonly weight: OnnxTensor
  readonly bias: OnnxTensor
}

/** One SANM block. */
export interface BlockWeights {
  /** E.g. `encoder.tp_encoders.3`; names the nodes of the rewritten graph. */
  readonly name: string
  readonly norm1: LayerNorm
  readonly queryKeyValue: QuantizedLinear
  /** Depthwise taps of the FSMN memory, float32 [width, 1, taps]. */
  readonly memory: OnnxTensor
  readonly out: QuantizedLinear
  readonly norm2: LayerNorm
  readonly feedForward1: QuantizedLinear
  readonly feedForward2: QuantizedLinear
}

/** Everything that a SenseVoice graph computes with. */
export interface SenseVoiceWeights {
  /** Prompt embeddings, float32 [16, featureSize]. */
  readonly embedding: OnnxTensor
  readonly featureSize: number
  readonly width: number
  readonly heads: number
  readonly vocabularySize: number
  /** Factor of the features before the positions are added, float32. */
  readonly inputScale: number
  /** Factor of the queries, float32: 1 / sqrt(width / heads). */
  readonly queryScale: number
  readonly epsilon: number
  readonly blocks: readonly BlockWeights[]
  readonly tpBlocks: readonly BlockWeights[]
  readonly afterNorm: LayerNorm
  readonly tpNorm: LayerNorm
  readonly head: QuantizedLinear
}

/**
 * Finds the weights of a quantized export by the names that PyTorch gave the float ones and, from there, along the graph: quantized matrices have no
 * name of their own.
 *
 * @throws SpeechError `model-unsupported` when anything is not as in the published exports
 */
export async function findWeights(graph: OnnxGraph, source: ByteSource): Promise<SenseVoiceWeights> {
  const finder = new WeightFinder(new Trace(graph), source)
  const weights = await finder.all()
  checkOperators(graph, weights.blocks.length + weights.tpBlocks.length)
  return weights
}

class WeightFinder {
  readonly #trace: Trace
  readonly #source: ByteSource

  constructor(trace: Trace, source: ByteSource) {
    this.#trace = trace
    this.#source = source
  }

  async all(): Promise<SenseVoiceWeights> {
    const trace = this.#trace
    const embedding = trace.initializer('embed.weight')
    const featureSize = embedding.dims[1] ?? 0
    const blocks = [...(await this.#stack('encoder.encoders0')), ...(await this.#stack('encoder.encoders'))]
    const tpBlocks = await this.#stack('encoder.tp_encoders')
    const [first] = blocks
    if (first === undefined) throw notSenseVoice('it has no block')
    const width = first.out.columns
    const queryScale = await this.#queryScale()
    return {
      embedding,
      featureSize,
      width,
      heads: Math.round(width * queryScale * queryScale),
      inputScale: await this.#inputScale(),
      queryScale,
      epsilon: await this.#epsilon('encoder.after_norm'),
      blocks,
      tpBlocks,
      afterNorm: this.#norm('encoder.after_norm'),
      tpNorm: this.#norm('encoder.tp_norm'),
      ...(await this.#head()),
    }
  }

  async #head(): Promise<Pick<SenseVoiceWeights, 'head' | 'vocabularySize'>> {
    const head = await this.#linear('ctc.ctc_lo')
    return { head, vocabularySize: head.columns }
  }

  async #stack(name: string): Promise<BlockWeights[]> {
    const blocks: BlockWeights[] = []
    while (this.#trace.has(`${name}.${blocks.length}.norm1.weight`)) {
      blocks.push(await this.#block(`${name}.${blocks.length}`))
    }
    return blocks
  }

  async #block(name: string): Promise<BlockWeights> {
    return {
      name,
      norm1: this.#norm(`${name}.norm1`),
      queryKeyValue: await this.#linear(`${name}.self_attn.linear_q_k_v`),
      memory: this.#trace.initializer(`${name}.self_attn.fsmn_block.weight`),
      out: await this.#linear(`${name}.self_attn.linear_out`),
      norm2: this.#norm(`${name}.norm2`),
      feedForward1: await this.#linear(`${name}.feed_forward.w_1`),
      feedForward2: await this.#linear(`${name}.feed_forward.w_2`),
    }
  }

  #norm(name: string): LayerNorm {
    return {
      weight: this.#trace.initializer(`${name}.weight`),
      bias: this.#trace.initializer(`${name}.bias`),
    }
  }

  /** The bias is added to Cast(MatMulInteger) x (scale of x * scale of W). */
  async #linear(name: string): Promise<QuantizedLinear> {
    const trace = this.#trace
    const bias = trace.initializer(`${name}.bias`)
    const product = trace.inputMadeBy(trace.reader(bias.name, 'Add'), 'Mul')
    const matrix = trace.inputMadeBy(product, 'MatMulInteger')
    const quantized = trace.initializer(matrix.inputs[1] ?? '')
    const [rows = 0, columns = 0] = quantized.dims
    const scales = await floatValues(trace.constantInput(trace.inputMadeBy(product, 'Mul')), this.#source)
    const zeroPoint = trace.initializer(matrix.inputs[3] ?? '')
    const zeroPoints = Uint8Array.from(await tensorBytes(zeroPoint, this.#source))
    const expected = `uint8 [rows, ${bias.dims[0]}] with one scale or ${bias.dims[0]}`
    if (
      quantized.elementType !== ELEMENT.uint8 ||
      zeroPoint.elementType !== ELEMENT.uint8 ||
      quantized.dims.length !== 2 ||
      columns !== bias.dims[0] ||
      (scales.length !== 1 && scales.length !== columns) ||
      zeroPoints.length !== scales.length
    ) {
      throw notSenseVoice(`the matrix of "${name}" is not ${expected}`)
    }
    return { quantized, rows, columns, scales, zeroPoints, bias }
  }

  /** The features are scaled, the positions added, the first norm taken. */
  #inputScale(): Promise<number> {
    const trace = this.#trace
    const normed = trace.reader('encoder.encoders0.0.norm1.weight', 'Mul')
    const centred = trace.inputMadeBy(trace.inputMadeBy(normed, 'Div'), 'Sub')
    return this.#scalarOf(trace.inputMadeBy(trace.inputMadeBy(centred, 'Add'), 'Mul'))
  }

  /** Queries are scaled before they meet the keys; the mask is laid over the product, and a softmax over both. */
  #queryScale(): Promise<number> {
    const trace = this.#trace
    const masked = trace.inputMadeBy(trace.first('Softmax'), 'Where')
    return this.#scalarOf(trace.inputMadeBy(trace.inputMadeBy(masked, 'MatMul'), 'Mul'))
  }

  /** `weight * (x - mean) / sqrt(variance + epsilon)`. */
  async #epsilon(norm: string): Promise<number> {
    const trace = this.#trace
    const scaled = trace.reader(`${norm}.weight`, 'Mul')
    const root = trace.inputMadeBy(trace.inputMadeBy(scaled, 'Div'), 'Sqrt')
    return this.#scalarOf(trace.inputMadeBy(root, 'Add'))
  }

  async #scalarOf(node: Parameters<Trace['constantInput']>[0]): Promise<number> {
    const [value] = await floatValues(this.#trace.constantInput(node), this.#source)
    if (value === undefined || !(value > 0))
      throw notSenseVoice(`"${node.outputs[0]}" has no positive factor`)
    return value
  }
}
