import { SpeechError } from '@sensevoice-web/engine'

/** How hard a backend is tried before another takes its place for an utterance. */
export interface RetryOptions {
  /** Tries of one backend for one utterance, 1 to 10. Default 3; one when it could not answer the utterance before. */
  readonly attempts: number
  /** Before the second try, in ms; doubled before each further one. Default 100. */
  readonly backoffMs: number
  /**
   * An answer may take so long and the utterance's own length, in ms. After that, or after a failure that took half of `answerMs`, there is no second
   * try while another backend is left, and that one answers for 30 s. Default 10000.
   */
  readonly answerMs: number
  /** Loading or connecting may take so long, in ms; after that the next backend answers until it is done. Default 60000. */
  readonly openMs: number
}

export const DEFAULT_RETRY: RetryOptions = { attempts: 3, backoffMs: 100, answerMs: 10_000, openMs: 60_000 }

/** @throws SpeechError `invalid-argument` naming every fault */
export function validRetryOptions(changes: Partial<RetryOptions>): RetryOptions {
  const options = { ...DEFAULT_RETRY, ...changes }
  const faults: string[] = []
  const { attempts } = options
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > 10) {
    faults.push(`attempts must be a whole number from 1 to 10, got ${attempts}`)
  }
  for (const name of ['backoffMs', 'answerMs', 'openMs'] as const) {
    const value = options[name]
    if (!(value >= 0 && value <= 600_000)) faults.push(`${name} must be 0 to 600000 ms, got ${value}`)
  }
  if (faults.length > 0) throw new SpeechError('invalid-argument', `retry: ${faults.join('; ')}`)
  return options
}
