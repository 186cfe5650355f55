import { OipGrpcClient } from '../oip/grpc-client.ts'
import { OipHttpClient } from '../oip/http-client.ts'
import type { OipClient, OipClientOptions } from '../oip/oip-client.ts'

/** Triton's port for gRPC. */
const GRPC_PORT = '8001'

/** The client for an endpoint's scheme: `http`, `https`, `grpc` or `grpcs`. Nothing is sent yet. */
export function connect(endpoint: string, options: OipClientOptions): OipClient {
  const { protocol, hostname, port } = new URL(endpoint)
  if (protocol === 'http:' || protocol === 'https:') return new OipHttpClient(endpoint, options)
  const address = `${hostname}:${port === '' ? GRPC_PORT : port}`
  return new OipGrpcClient(address, { ...options, secure: protocol === 'grpcs:' })
}
