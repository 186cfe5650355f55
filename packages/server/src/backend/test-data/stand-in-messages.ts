import type { AcousticOutput } from '@sensevoice-web/engine'
import { field } from '../oip/http-body.ts'

export interface StandInOutput {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

export interface Question {
  readonly features: Float32Array
  readonly frames: number
  readonly language: number
  readonly textNorm: number
}

/** Parameters as Triton's configuration has them. */
export function wrapped(parameters: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, { string_value: value }]),
  )
}

/** Outputs of the served model, in the names of the contract. */
export function outputsOf({ tokenIds, tokenProbabilities, tags }: AcousticOutput): StandInOutput[] {
  const scores = {
    language: tags.language,
    emotion: tags.emotion,
    event: tags.event,
    text_norm: tags.textNorm,
  }
  return [
    { name: 'token_ids', datatype: 'INT32', shape: [1, tokenIds.length], data: tokenIds },
    { name: 'token_probabilities', datatype: 'FP32', shape: [1, tokenIds.length], data: tokenProbabilities },
    ...Object.entries(scores).map(([name, data]) => ({
      name: `${name}_scores`,
      datatype: 'FP32',
      shape: [1, data.length],
      data,
    })),
  ]
}

export function rawOf({ data }: StandInOutput): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** Reads a request by its own rules, not by the client's code: inputs in the order of their header, each as long as it says. */
export function questionOfHttp(body: Buffer, headerBytes: number): Question {
  const { inputs } = JSON.parse(body.subarray(0, headerBytes).toString()) as {
    inputs: { name: string; shape: number[]; parameters: { binary_data_size: number } }[]
  }
  let at = headerBytes
  const raw = new Map<string, { bytes: Buffer; shape: readonly number[] }>()
  for (const { name, shape, parameters } of inputs) {
    raw.set(name, { bytes: body.subarray(at, at + parameters.binary_data_size), shape })
    at += parameters.binary_data_size
  }
  return question(raw)
}

export function questionOfGrpc(message: object): Question {
  const inputs = field(message, 'inputs') as { name: string; shape: number[] }[]
  const contents = field(message, 'raw_input_contents') as Buffer[]
  return question(
    new Map(
      inputs.map(({ name, shape }, index) => [name, { bytes: contents[index] ?? Buffer.alloc(0), shape }]),
    ),
  )
}

function question(raw: ReadonlyMap<string, { bytes: Buffer; shape: readonly number[] }>): Question {
  const bytes = (name: string) => raw.get(name)?.bytes ?? Buffer.alloc(4)
  const features = new Float32Array(Uint8Array.from(bytes('features')).buffer)
  return {
    features,
    frames: raw.get('features')?.shape[1] ?? 0,
    language: bytes('language').readInt32LE(),
    textNorm: bytes('text_norm').readInt32LE(),
  }
}
