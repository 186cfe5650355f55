import { OipError } from './oip-error.ts'

/** The datatypes of the protocol that speech models take and give; typed arrays hold them as they lie on the wire. */
export type OipTensor =
  | {
      readonly name: string
      readonly datatype: 'FP32'
      readonly shape: readonly number[]
      readonly data: Float32Array
    }
  | {
      readonly name: string
      readonly datatype: 'INT32'
      readonly shape: readonly number[]
      readonly data: Int32Array
    }

/** A tensor's description without its values. */
export interface OipTensorHead {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
}

const BYTES_PER_VALUE = 4

/** Raw values as the binary extensions send them: little-endian, row-major; every platform that Node runs the model on is little-endian. */
export function tensorBytes({ data }: OipTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/**
 * A tensor from its raw values, which are copied: they may lie anywhere in a network buffer.
 *
 * @throws OipError `bad-answer` for another datatype, a shape that is none, or another number of bytes than the shape says
 */
export function tensorOfBytes(head: OipTensorHead, bytes: Uint8Array): OipTensor {
  const length = checkedLength(head)
  if (bytes.length !== length * BYTES_PER_VALUE) {
    throw badTensor(head, `has ${bytes.length} bytes instead of ${length * BYTES_PER_VALUE}`)
  }
  const { buffer } = Uint8Array.from(bytes)
  return typed(head, (type) => (type === 'FP32' ? new Float32Array(buffer) : new Int32Array(buffer)))
}

/**
 * A tensor from the values of a JSON answer, flat or nested in rows.
 *
 * @throws OipError `bad-answer` also for values that are no numbers
 */
export function tensorOfValues(head: OipTensorHead, values: unknown): OipTensor {
  const length = checkedLength(head)
  const flat = Array.isArray(values) ? values.flat(head.shape.length) : []
  if (flat.length !== length) throw badTensor(head, `has ${flat.length} values instead of ${length}`)
  if (!flat.every((value) => typeof value === 'number'))
    throw badTensor(head, 'has values that are no numbers')
  return typed(head, (type) => (type === 'FP32' ? Float32Array.from(flat) : Int32Array.from(flat)))
}

function checkedLength(head: OipTensorHead): number {
  const { shape } = head
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) throw badTensor(head, 'has no shape')
  return shape.reduce((product, size) => product * size, 1)
}

function typed(head: OipTensorHead, make: (type: 'FP32' | 'INT32') => Float32Array | Int32Array): OipTensor {
  const { name, shape, datatype } = head
  if (datatype !== 'FP32' && datatype !== 'INT32') throw badTensor(head, `is of the datatype ${datatype}`)
  const data = make(datatype)
  return data instanceof Float32Array
    ? { name, shape, datatype: 'FP32', data }
    : { name, shape, datatype: 'INT32', data }
}

function badTensor({ name, shape }: OipTensorHead, what: string): OipError {
  return new OipError('bad-answer', `the tensor ${name} (${shape.join(' x ')}) ${what}`)
}
