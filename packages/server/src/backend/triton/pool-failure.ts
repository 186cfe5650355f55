import { SpeechError } from '@sensevoice-web/engine'
import { BusyError } from '../busy-error.ts'
import type { OipError } from '../oip/oip-error.ts'
import type { Endpoint } from './endpoint.ts'

/** One try of a request that failed. */
export interface Try {
  readonly endpoint: Endpoint
  readonly error: OipError
}

/** When an overloaded server does not say how long to wait: about the time in which a full queue of short segments is worked off. */
const DEFAULT_RETRY_AFTER_MS = 1000
/** Nobody is sent away for longer: whoever speaks meanwhile keeps so much sound at most. */
const MOST_RETRY_AFTER_MS = 30_000

/** The one error of a request that no endpoint answered: what each one said, and what to do. */
export function failureOf(tries: readonly Try[], endpoints: readonly Endpoint[]): SpeechError {
  const cause = tries.at(-1)?.error
  const init = cause === undefined ? {} : { cause }
  const said = tries.map(({ endpoint, error }) => `${endpoint.name}: ${error.message}`).join('; ')
  if (cause?.kind === 'refused') {
    return new SpeechError('inference-failed', `the model server refused the request: ${said}`, {
      ...init,
      hint: 'The server and this program are of different versions, or the segment is too long for it.',
    })
  }
  const overloaded = tries.filter(({ error }) => error.kind === 'overloaded')
  if (overloaded.length > 0) {
    const waits = overloaded.map(({ error }) => error.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS)
    const retryAfterMs = Math.ceil(Math.min(...waits, MOST_RETRY_AFTER_MS))
    return new BusyError(`the model servers are overloaded: ${said}`, { ...init, retryAfterMs })
  }
  if (tries.length === 0 && endpoints.every(({ health }) => health === 'mismatch')) {
    return new SpeechError('model-unsupported', `no endpoint serves this model: ${reasons(endpoints)}`, {
      hint: 'Build the model repository of the same folder that this program reads tokens and CMVN from.',
    })
  }
  const message =
    tries.length > 0 ? `no model server answered: ${said}` : `no model server is well: ${reasons(endpoints)}`
  return new SpeechError('network', message, {
    ...init,
    hint: 'Look at the health of the model servers; requests go there again as soon as one is well.',
    retryable: true,
  })
}

function reasons(endpoints: readonly Endpoint[]): string {
  return endpoints.map(({ name, reason }) => `${name}: ${reason}`).join('; ')
}
