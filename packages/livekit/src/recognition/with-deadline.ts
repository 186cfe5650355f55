import { SpeechError } from '@sensevoice-web/engine'

/** Nothing came back in time; asking the same one again would take as long again. */
export class DeadlineError extends SpeechError {
  constructor(what: string, timeoutMs: number) {
    super('network', `${what} has not answered within ${Math.round(timeoutMs)} ms`, { retryable: true })
  }
}

/**
 * Runs work that ends surely: with its own outcome, with the reason of `signal`, or after `timeoutMs`. Work that does not listen to its signal is
 * left behind, and its outcome ignored.
 *
 * @throws DeadlineError when the time is over
 */
export function withDeadline<Outcome>(
  what: string,
  timeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Outcome>,
): Promise<Outcome> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const settled = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
    }
    const stop = (reason: unknown) => {
      settled()
      reject(reason)
      controller.abort(reason)
    }
    const aborted = () => stop(signal.reason)
    const timer = setTimeout(() => stop(new DeadlineError(what, timeoutMs)), timeoutMs)
    signal.addEventListener('abort', aborted, { once: true })
    work(controller.signal).then(resolve, reject).finally(settled)
  })
}

/** @throws the signal's reason */
export function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const aborted = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', aborted)
      resolve()
    }, durationMs)
    signal.addEventListener('abort', aborted, { once: true })
  })
}
