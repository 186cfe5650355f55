import type { OipAnswer, OipRequest } from './oip-client.ts'
import { OipError } from './oip-error.ts'
import {
  type OipTensor,
  type OipTensorHead,
  tensorBytes,
  tensorOfBytes,
  tensorOfValues,
} from './oip-tensor.ts'

/** Length of the JSON in front of the raw tensors, in bytes; a message without it is JSON alone. */
export const HEADER_LENGTH = 'inference-header-content-length'

/** Body of an inference by the binary tensor data extension: JSON, then the raw values of every input in its order. */
export function inferBody({ inputs, outputs }: OipRequest): {
  body: Uint8Array<ArrayBuffer>
  headerBytes: number
} {
  const raw = inputs.map(tensorBytes)
  const header = new TextEncoder().encode(
    JSON.stringify({
      inputs: inputs.map(({ name, datatype, shape }, index) => ({
        name,
        datatype,
        shape,
        parameters: { binary_data_size: raw[index]?.length ?? 0 },
      })),
      outputs: outputs.map((name) => ({ name, parameters: { binary_data: true } })),
    }),
  )
  const parts = [header, ...raw]
  const body = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let at = 0
  for (const part of parts) {
    body.set(part, at)
    at += part.length
  }
  return { body, headerBytes: header.length }
}

/**
 * Reads the answer to an inference: raw tensors behind the JSON, values inside it (KServe's own server answers so whatever it was asked), or both.
 *
 * @param headerLength value of the header of that name, `null` when there is none
 * @throws OipError `bad-answer`
 */
export function readInferBody(body: Uint8Array, headerLength: string | null): OipAnswer {
  const headerBytes = headerLength === null ? body.length : Number(headerLength)
  if (!Number.isSafeInteger(headerBytes) || headerBytes < 0 || headerBytes > body.length) {
    throw new OipError('bad-answer', `the answer has ${body.length} bytes, its header says ${headerLength}`)
  }
  const { version, outputs } = readHeader(parsed(body.subarray(0, headerBytes)))
  const tensors = new Map<string, OipTensor>()
  let at = headerBytes
  for (const { head, bytes, values } of outputs) {
    if (bytes === undefined) {
      tensors.set(head.name, tensorOfValues(head, values))
      continue
    }
    if (!Number.isSafeInteger(bytes) || bytes < 0 || at + bytes > body.length) {
      throw new OipError('bad-answer', `the answer ends in the middle of the tensor ${head.name}`)
    }
    tensors.set(head.name, tensorOfBytes(head, body.subarray(at, at + bytes)))
    at += bytes
  }
  if (at !== body.length) throw new OipError('bad-answer', `${body.length - at} bytes follow the last tensor`)
  return { version, outputs: tensors }
}

interface HeaderOutput {
  readonly head: OipTensorHead
  /** Of the raw values; absent when the values are in `values`. */
  readonly bytes: number | undefined
  readonly values: unknown
}

function readHeader(header: unknown): { version: string; outputs: HeaderOutput[] } {
  const outputs = field(header, 'outputs')
  if (!Array.isArray(outputs)) throw new OipError('bad-answer', 'the answer has no outputs')
  const version = field(header, 'model_version')
  return { version: typeof version === 'string' ? version : '', outputs: outputs.map(readOutput) }
}

function readOutput(output: unknown): HeaderOutput {
  const [name, datatype, shape] = [field(output, 'name'), field(output, 'datatype'), field(output, 'shape')]
  if (typeof name !== 'string' || typeof datatype !== 'string' || !Array.isArray(shape)) {
    throw new OipError('bad-answer', 'an output of the answer has no name, datatype or shape')
  }
  const bytes = field(field(output, 'parameters'), 'binary_data_size')
  return {
    head: { name, datatype, shape: shape.map(Number) },
    bytes: typeof bytes === 'number' ? bytes : undefined,
    values: field(output, 'data'),
  }
}

/** @throws OipError `bad-answer` when it is no JSON */
export function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new OipError('bad-answer', 'the answer is no JSON', { cause })
  }
}

/** A member of parsed JSON; `undefined` where there is none. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}
