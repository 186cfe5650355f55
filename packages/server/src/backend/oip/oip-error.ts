/**
 * Why a server of the Open Inference Protocol gave no answer, by what can be done about it:
 * - `unreachable`: no connection, or it broke before the answer was there. Another server may answer.
 * - `overloaded`: it refused because too many wait (HTTP 503 and 429, gRPC UNAVAILABLE and RESOURCE_EXHAUSTED). It is well.
 * - `timeout`: no whole answer within the time given.
 * - `unready`: it runs, but does not serve this model now, or not to this caller (HTTP 401, 404, gRPC NOT_FOUND and the like).
 * - `refused`: the request is wrong, and would be for any server (HTTP 400, 413, 422, gRPC INVALID_ARGUMENT).
 * - `failed`: it says that it failed (HTTP 5xx, gRPC INTERNAL, UNKNOWN).
 * - `bad-answer`: an answer that is not what the protocol or the model's contract says.
 * - `aborted`: the caller does not want it any more, or the client was closed.
 */
export type OipErrorKind =
  | 'unreachable'
  | 'overloaded'
  | 'timeout'
  | 'unready'
  | 'refused'
  | 'failed'
  | 'bad-answer'
  | 'aborted'

export interface OipErrorInit {
  /** When the server said how long to wait, in ms. */
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/** A failure of one call to one server; callers of the pool never see it, only the `SpeechError` that is made of all of a call's tries. */
export class OipError extends Error {
  override readonly name = 'OipError'
  readonly kind: OipErrorKind
  readonly retryAfterMs: number | undefined

  constructor(kind: OipErrorKind, message: string, init: OipErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause })
    this.kind = kind
    this.retryAfterMs = init.retryAfterMs
  }
}
