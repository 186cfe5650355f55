import { SpeechError } from '@sensevoice-web/engine'
import type { ByteSource } from '../byte-source.ts'
import { ELEMENT, type OnnxTensor } from '../proto/onnx-graph.ts'

/** Little-endian bytes of a tensor, read from its file where they are not in memory. */
export function tensorBytes(tensor: OnnxTensor, source: ByteSource): Promise<Uint8Array> | Uint8Array {
  return tensor.data.in === 'memory' ? tensor.data.bytes : source.read(tensor.data.offset, tensor.data.length)
}

/** @throws SpeechError `model-unsupported` for another element type */
export async function floatValues(tensor: OnnxTensor, source: ByteSource): Promise<Float32Array> {
  if (tensor.elementType !== ELEMENT.float) {
    throw new SpeechError(
      'model-unsupported',
      `"${tensor.name}" should be float32 (element type 1), is ${tensor.elementType}`,
    )
  }
  // A copy: ranges of a file start anywhere, a Float32Array only at multiples of 4.
  return new Float32Array(Uint8Array.from(await tensorBytes(tensor, source)).buffer)
}

/** Number of values, 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1)
}
