import { ELEMENT, type OnnxTensor } from '../proto/onnx-graph.ts'
import type { QuantizedLinear } from '../weights/sense-voice-weights.ts'
import { type GraphBuilder, MICROSOFT } from './graph-builder.ts'

export interface LinearPlace {
  /** Name of the weight without a suffix, e.g. `encoder.encoders.3.feed_forward.w_1`. */
  readonly name: string
  readonly x: string
  readonly output: string
}

/** Writes `output = x W + b` with a quantized matrix into a graph, and returns `output`. */
export type WriteLinear = (graph: GraphBuilder, linear: QuantizedLinear, place: LinearPlace) => string

/**
 * The product of 8-bit numbers: x is quantized as the graph runs. It is what onnxruntime makes of DynamicQuantizeLinear, MatMulInteger, Cast, Mul
 * and Add when it optimizes a published file itself.
 *
 * @param file holds the matrices at the offsets they have in the published file
 * @param signed the bytes there were shifted to int8 (each, and so the zero points, minus 128)
 */
export function integerLinear(file: string, signed: boolean): WriteLinear {
  return (graph, linear, { name, x, output }) => {
    const elementType = signed ? ELEMENT.int8 : ELEMENT.uint8
    const dims = linear.scales.length === 1 ? [] : [linear.scales.length]
    const zeroPoints = signed ? linear.zeroPoints.map((point) => point ^ 0x80) : linear.zeroPoints
    const inputs = [
      x,
      graph.tensor({ ...linear.quantized, name: `${name}.quantized`, elementType, file }),
      graph.floats(`${name}.scale`, linear.scales, dims),
      graph.bytes(`${name}.zero_point`, elementType, zeroPoints, dims),
      graph.tensor({ ...linear.bias, file }),
    ]
    return graph.node(output, 'DynamicQuantizeMatMul', inputs, {}, MICROSOFT)
  }
}

/** Columns of one block share a scale and a zero point: 32 is the size that WebGPU's fast kernel takes. */
export const BLOCK_ROWS = 32

/** A matrix in the form of MatMulNBits: uint8 [columns, blocks, 32], one scale and one zero point a block. */
export interface BlockedLinear {
  readonly matrix: OnnxTensor
  readonly scales: OnnxTensor
  readonly zeroPoints: OnnxTensor
}

/** The product of float activations with 8-bit weights, which has a WebGPU kernel; the integer product has none. */
export function blockedLinear(
  file: string,
  blocked: (linear: QuantizedLinear) => BlockedLinear,
  biasFile: string,
): WriteLinear {
  return (graph, linear, { name, x, output }) => {
    const { matrix, scales, zeroPoints } = blocked(linear)
    const inputs = [
      x,
      graph.tensor({ ...matrix, name: `${name}.blocks`, file }),
      graph.tensor({ ...scales, name: `${name}.scales`, file }),
      graph.tensor({ ...zeroPoints, name: `${name}.zero_points`, file }),
    ]
    const attributes = { K: linear.rows, N: linear.columns, bits: 8, block_size: BLOCK_ROWS }
    const product = graph.node(`${output}/product`, 'MatMulNBits', inputs, attributes, MICROSOFT)
    return graph.node(output, 'Add', [product, graph.tensor({ ...linear.bias, file: biasFile })])
  }
}
