import { PbfReader } from 'pbf'
import { scanFields, type WindowedSource } from './field-scan.ts'
import { ELEMENT, type OnnxTensor, type TensorData } from './onnx-graph.ts'

/** Field numbers of TensorProto. */
const TENSOR = {
  dims: 1,
  type: 2,
  floats: 4,
  int32s: 5,
  int64s: 7,
  name: 8,
  raw: 9,
  externalData: 13,
} as const

/** Below this a weight is read at once: scales, zero points and constants are looked at by the rewrites. */
const SMALL_BYTES = 1024

/** @throws RangeError when the tensor is cut short or its values lie in another file */
export async function readTensor(
  source: WindowedSource,
  offset: number,
  length: number,
): Promise<OnnxTensor> {
  if (length <= SMALL_BYTES) return readSmallTensor(await source.read(offset, length))
  // The header of a large tensor without its values: everything but `raw_data` is small, and read as one message.
  const header: Uint8Array[] = []
  let data: TensorData | undefined
  let begin = offset
  for await (const field of scanFields(source, offset, offset + length)) {
    const next = field.offset + field.length
    if (field.number === TENSOR.raw) data = { in: 'file', offset: field.offset, length: field.length }
    else header.push((await source.read(begin, next - begin)).slice())
    begin = next
  }
  const tensor = readSmallTensor(joined(header))
  return data === undefined ? tensor : { ...tensor, data }
}

/** @param bytes a whole TensorProto */
export function readSmallTensor(bytes: Uint8Array): OnnxTensor {
  const reader = new PbfReader(bytes)
  const dims: number[] = []
  const whole: number[] = []
  const floats: number[] = []
  let elementType = 0
  let name = ''
  let raw: Uint8Array | undefined
  reader.readFields((field) => {
    switch (field) {
      case TENSOR.dims:
        reader.readPackedVarint(dims)
        break
      case TENSOR.type:
        elementType = reader.readVarint()
        break
      case TENSOR.floats:
        reader.readPackedFloat(floats)
        break
      case TENSOR.int32s:
      case TENSOR.int64s:
        reader.readPackedVarint(whole, true)
        break
      case TENSOR.name:
        name = reader.readString()
        break
      case TENSOR.raw:
        raw = reader.readBytes().slice()
        break
      case TENSOR.externalData:
        throw new RangeError(`the values of "${name}" lie in another file`)
    }
  }, undefined)
  const bytesOfValues = raw ?? packed(elementType, floats, whole)
  return { name, elementType, dims, data: { in: 'memory', bytes: bytesOfValues } }
}

function packed(elementType: number, floats: readonly number[], whole: readonly number[]): Uint8Array {
  switch (elementType) {
    case ELEMENT.float:
      return new Uint8Array(Float32Array.from(floats).buffer)
    case ELEMENT.uint8:
      return Uint8Array.from(whole)
    case ELEMENT.int8:
      return new Uint8Array(Int8Array.from(whole).buffer)
    case ELEMENT.int32:
      return new Uint8Array(Int32Array.from(whole).buffer)
    case ELEMENT.int64:
      return new Uint8Array(BigInt64Array.from(whole, BigInt).buffer)
    default:
      return new Uint8Array(0)
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
