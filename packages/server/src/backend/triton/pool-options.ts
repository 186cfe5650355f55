import { SpeechError } from '@sensevoice-web/engine'
import type { OipClientOptions } from '../oip/oip-client.ts'
import type { PoolEvent } from './pool-event.ts'

export interface EndpointPoolOptions extends OipClientOptions {
  /** `http://`, `https://`, `grpc://` or `grpcs://` addresses of servers that serve the same model. */
  readonly endpoints: readonly string[]
  /** From one health check of an endpoint to the next. Default 2000 ms. */
  readonly healthIntervalMs?: number
  /** For each question of a health check, and for the probe. Default 1500 ms. */
  readonly healthTimeoutMs?: number
  /** For one request over all its tries, and more for the length of its sound: see `TritonModel`. Default 10,000 ms. */
  readonly deadlineMs?: number
  /** For one try, so that a server that hangs leaves time for another; more in the same way. Default 4000 ms. */
  readonly tryTimeoutMs?: number
  /** Failures in a row after which an endpoint's circuit opens. Default 3. */
  readonly failuresToOpen?: number
  /** From the opening of a circuit to its probe. Default 5000 ms. */
  readonly halfOpenAfterMs?: number
  /** Told of every switch. It must not throw. */
  readonly onEvent?: (event: PoolEvent) => void
}

export type PoolSettings = Required<Omit<EndpointPoolOptions, keyof OipClientOptions>>

const DEFAULTS = {
  healthIntervalMs: 2000,
  healthTimeoutMs: 1500,
  deadlineMs: 10_000,
  tryTimeoutMs: 4000,
  failuresToOpen: 3,
  halfOpenAfterMs: 5000,
} as const

const SCHEMES = ['http:', 'https:', 'grpc:', 'grpcs:']

/** @throws SpeechError `invalid-argument` that names every fault */
export function poolSettings(options: EndpointPoolOptions): PoolSettings {
  const faults = [...endpointFaults(options.endpoints)]
  const settings = { ...DEFAULTS, onEvent: () => undefined, ...options }
  for (const name of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]) {
    const value = settings[name]
    if (!Number.isInteger(value) || value < 1)
      faults.push(`${name} must be a whole number from 1 on, got ${value}`)
  }
  if (faults.length > 0) throw new SpeechError('invalid-argument', faults.join('; '))
  return settings
}

/** What is wrong with these addresses, and nothing else of the options. */
export function* endpointFaults(endpoints: readonly string[]): Generator<string> {
  if (endpoints.length === 0) yield 'at least one endpoint is needed'
  if (new Set(endpoints).size !== endpoints.length) yield 'an endpoint is given twice'
  for (const endpoint of endpoints) {
    const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
    if (url === undefined || !SCHEMES.includes(url.protocol) || url.hostname === '') {
      yield `the endpoint "${endpoint}" is no http://, https://, grpc:// or grpcs:// address`
    } else if (url.username !== '' || url.password !== '') {
      yield `the endpoint at ${url.host} has a password in its address, and addresses stand in logs and metrics`
    } else if (url.protocol.startsWith('grpc') && !['', '/'].includes(url.pathname)) {
      yield `the endpoint ${endpoint} has a path, which gRPC has no place for`
    }
  }
}
