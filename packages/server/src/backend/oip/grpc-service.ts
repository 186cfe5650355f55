import { fileURLToPath } from 'node:url'
import type { MethodDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

/** Methods of the service, by name, with their (de)serializers. */
export type OipService = Readonly<Record<OipMethod, MethodDefinition<object, object>>>

const METHODS = [
  'ServerLive',
  'ServerReady',
  'ModelReady',
  'ModelMetadata',
  'ModelConfig',
  'ModelInfer',
] as const
export type OipMethod = (typeof METHODS)[number]

const PROTO = fileURLToPath(new URL('./open-inference.proto', import.meta.url))

let service: OipService | undefined

/** The service of open-inference.proto, read once. Messages keep the protocol's own field names; 64-bit numbers are numbers. */
export function oipService(): OipService {
  if (service !== undefined) return service
  const definition = loadSync(PROTO, { keepCase: true, longs: Number, defaults: true })[
    'inference.GRPCInferenceService'
  ]
  if (!isService(definition)) throw new Error('open-inference.proto has not the methods of the protocol')
  service = definition
  return service
}

function isService(definition: object | undefined): definition is OipService {
  return definition !== undefined && METHODS.every((method) => method in definition)
}
