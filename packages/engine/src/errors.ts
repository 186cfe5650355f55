/** Every reason for which this library refuses or fails, as a stable machine-readable word. */
export type SpeechErrorCode =
  | 'invalid-argument'
  | 'invalid-audio'
  | 'invalid-wav'
  | 'unsupported-audio'
  | 'sample-rate-unsupported'
  | 'file-not-found'
  | 'file-unreadable'
  | 'insecure-context'
  | 'microphone-denied'
  | 'microphone-not-found'
  | 'microphone-busy'
  | 'microphone-lost'
  | 'not-supported'
  | 'model-not-found'
  | 'model-corrupt'
  | 'model-unsupported'
  | 'network'
  | 'quota-exceeded'
  | 'out-of-memory'
  | 'inference-failed'
  | 'worker-failed'
  | 'overrun'
  | 'busy'
  | 'closed'

export interface SpeechErrorInit {
  /** What to do about it, one sentence for the person who reads the message. */
  readonly hint?: string
  /** True when the same call may succeed later without a change by the caller. Default false. */
  readonly retryable?: boolean
  readonly cause?: unknown
}

/** The one error type of the library: says which `code`, what was wrong (`message`) and what to do (`hint`). */
export class SpeechError extends Error {
  override readonly name = 'SpeechError'
  readonly code: SpeechErrorCode
  readonly hint: string
  readonly retryable: boolean

  constructor(code: SpeechErrorCode, message: string, init: SpeechErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = code
    this.hint = init.hint ?? ''
    this.retryable = init.retryable ?? false
  }
}

/** What a `SpeechError` looks like on a wire that only carries plain data (postMessage, JSON). */
export interface SerializedSpeechError {
  readonly code: SpeechErrorCode
  readonly message: string
  readonly hint: string
  readonly retryable: boolean
  /** The cause's message; a cause's own type does not survive a wire. */
  readonly cause?: string
  readonly stack?: string
}

export function serializeSpeechError(error: SpeechError): SerializedSpeechError {
  return {
    code: error.code,
    message: error.message,
    hint: error.hint,
    retryable: error.retryable,
    ...(error.cause === undefined ? {} : { cause: messageOf(error.cause) }),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
  }
}

export function deserializeSpeechError(data: SerializedSpeechError): SpeechError {
  const error = new SpeechError(data.code, data.message, {
    hint: data.hint,
    retryable: data.retryable,
    ...(data.cause === undefined ? {} : { cause: data.cause }),
  })
  if (data.stack !== undefined) error.stack = data.stack
  return error
}

/**
 * Whether `error` is a `SpeechError`, also one of another copy of this module: a page may hold the library's bundled copy beside one of
 * its own, and `instanceof` tells them apart.
 */
export function isSpeechError(error: unknown): error is SpeechError {
  if (error instanceof SpeechError) return true
  return error instanceof Error && error.name === 'SpeechError' && 'code' in error && 'hint' in error
}

/** Returns `error` itself when it is a `SpeechError`, else wraps it under `code` with the original as cause. */
export function toSpeechError(
  error: unknown,
  code: SpeechErrorCode,
  init: Omit<SpeechErrorInit, 'cause'> = {},
): SpeechError {
  return isSpeechError(error) ? error : new SpeechError(code, messageOf(error), { ...init, cause: error })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
