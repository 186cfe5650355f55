import { field, parsed } from './http-body.ts'
import { OipError, type OipErrorKind } from './oip-error.ts'

/** Longest part of a server's own words that goes into a message. */
const MAX_WORDS = 200

/** What an HTTP answer other than 200 means. */
export function httpStatusError(reply: { status: number; headers: Headers; body: Uint8Array }): OipError {
  const retryAfterMs = retryAfter(reply.headers.get('retry-after'))
  return new OipError(
    kindOfStatus(reply.status),
    `the server answered HTTP ${reply.status}: ${words(reply.body)}`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  )
}

/** What it means that fetch rejected, where nobody gave up. */
export function networkError(error: unknown): OipError {
  if (error instanceof OipError) return error
  // fetch says only "fetch failed"; what happened stands in its cause.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = field(cause, 'code')
  const what = cause instanceof Error && cause.message !== '' ? cause.message : String(code ?? cause)
  return new OipError('unreachable', `the connection failed: ${what}`, { cause: error })
}

function kindOfStatus(status: number): OipErrorKind {
  if (status === 503 || status === 429) return 'overloaded'
  // A gateway that reaches no server behind it, or not in time.
  if (status === 502 || status === 504) return 'unreachable'
  if (status === 400 || status === 413 || status === 422) return 'refused'
  return status >= 400 && status < 500 ? 'unready' : 'failed'
}

function retryAfter(value: string | null): number | undefined {
  const seconds = value === null ? Number.NaN : Number(value)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}

function words(body: Uint8Array): string {
  let said: unknown
  try {
    said = field(parsed(body), 'error')
  } catch {
    // Gateways answer in HTML or plain text.
    said = new TextDecoder().decode(body.subarray(0, 4 * MAX_WORDS))
  }
  const text = typeof said === 'string' ? said.replaceAll(/\s+/g, ' ').trim() : ''
  return text === '' ? 'no reason given' : text.slice(0, MAX_WORDS)
}
