import { field } from './http-body.ts'
import type { OipAnswer, OipRequest } from './oip-client.ts'
import { OipError } from './oip-error.ts'
import { type OipTensor, tensorBytes, tensorOfBytes, tensorOfValues } from './oip-tensor.ts'

/** `ModelInferRequest` with raw values. */
export function inferMessage({ model, version, inputs, outputs }: OipRequest): object {
  return {
    model_name: model,
    model_version: version,
    inputs: inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    outputs: outputs.map((name) => ({ name })),
    raw_input_contents: inputs.map(tensorBytes),
  }
}

/**
 * Reads a `ModelInferResponse`, with raw values or with written-out ones.
 *
 * @throws OipError `bad-answer`
 */
export function readInferMessage(message: object): OipAnswer {
  const raw = listOf(field(message, 'raw_output_contents'))
  const outputs = listOf(field(message, 'outputs'))
  if (raw.length > 0 && raw.length !== outputs.length) {
    throw new OipError(
      'bad-answer',
      `the answer has ${outputs.length} outputs and the values of ${raw.length}`,
    )
  }
  const tensors = new Map<string, OipTensor>()
  for (const [index, output] of outputs.entries()) {
    const head = {
      name: String(field(output, 'name')),
      datatype: String(field(output, 'datatype')),
      shape: listOf(field(output, 'shape')).map(Number),
    }
    const bytes = raw[index]
    const contents = field(output, 'contents')
    const values = field(contents, head.datatype === 'FP32' ? 'fp32_contents' : 'int_contents')
    const tensor = bytes instanceof Uint8Array ? tensorOfBytes(head, bytes) : tensorOfValues(head, values)
    tensors.set(head.name, tensor)
  }
  return { version: String(field(message, 'model_version') ?? ''), outputs: tensors }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
