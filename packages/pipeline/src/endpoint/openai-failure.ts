import { SpeechError, type SpeechErrorInit } from '@sensevoice-web/engine'
import OpenAI from 'openai'
import type { StageName } from '../turn/turn-event.ts'

/**
 * The error of the client as ours. Nothing of what the endpoint wrote is passed on but the status and its short word for the reason: servers
 * repeat keys and prompts in their messages. For the same reason there is no `cause`.
 */
export function openAiFailure(stage: StageName, error: unknown): SpeechError {
  if (error instanceof SpeechError) return error
  if (error instanceof OpenAI.APIUserAbortError)
    return new SpeechError('closed', `the ${stage} was cancelled`)
  const status = error instanceof OpenAI.APIError ? error.status : undefined
  const reason = error instanceof OpenAI.APIError ? word(error.code) : undefined
  if (status !== undefined) return refused(stage, status, reason)
  const network = systemCode(error)
  return failure('network', `the connection to the ${stage} broke`, [reason ?? network], {
    hint: 'Look whether the endpoint runs and can be reached.',
    retryable: true,
  })
}

function refused(stage: StageName, status: number, reason: string | undefined): SpeechError {
  const said = [String(status), reason]
  if (status === 401 || status === 403) {
    return failure('invalid-argument', `the ${stage} refused the key`, said, {
      hint: 'Check the key and what it may be used for.',
    })
  }
  if (status === 429) {
    const spent = reason === 'insufficient_quota'
    return failure('busy', `the ${stage} has too many requests`, said, {
      hint: spent ? 'Its quota is used up.' : 'Wait a moment, or ask for a higher rate.',
      retryable: !spent,
    })
  }
  if (status >= 500 || status === 408 || status === 409) {
    return failure('network', `the ${stage} failed`, said, { hint: 'Try again later.', retryable: true })
  }
  return failure('invalid-argument', `the ${stage} refused the request`, said, {
    hint: 'Check the address, the name of the model and the further fields of the request.',
  })
}

function failure(
  code: 'network' | 'busy' | 'invalid-argument',
  message: string,
  said: readonly (string | undefined)[],
  init: SpeechErrorInit,
): SpeechError {
  const details = said.filter((detail) => detail !== undefined)
  return new SpeechError(code, details.length === 0 ? message : `${message} (${details.join(', ')})`, init)
}

/** Only words that stand in the API's reference: anything else might be a key or a prompt. */
const REASONS = new Set([
  'context_length_exceeded',
  'insufficient_quota',
  'invalid_api_key',
  'invalid_request_error',
  'model_not_found',
  'rate_limit_exceeded',
  'server_error',
  'unsupported_parameter',
  'unsupported_value',
])

function word(reason: string | null | undefined): string | undefined {
  return reason !== null && reason !== undefined && REASONS.has(reason) ? reason : undefined
}

/** Such as ECONNREFUSED, from however deep it lies. */
function systemCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string' && /^[A-Z_]{3,40}$/.test(at.code)) return at.code
  }
  return undefined
}
