import { SpeechError, type SpeechErrorInit } from '@sensevoice-web/engine'

export interface BusyErrorInit extends Omit<SpeechErrorInit, 'hint' | 'retryable'> {
  /** In ms: when asking again may help. */
  readonly retryAfterMs: number
}

/** A backend's `busy` that knows when to come back. */
export class BusyError extends SpeechError {
  readonly retryAfterMs: number

  constructor(message: string, { retryAfterMs, ...init }: BusyErrorInit) {
    super('busy', message, { ...init, hint: `Try again in ${retryAfterMs} ms.`, retryable: true })
    this.retryAfterMs = retryAfterMs
  }
}
