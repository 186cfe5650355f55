/** A server may ask for this much patience; one that asks for more is left for the next mirror. */
export const LONGEST_WAIT_MS = 60_000
const FIRST_WAIT_MS = 1000

/**
 * How long to wait before the next attempt: what the server asks for, else twice as long each time.
 *
 * @param failures attempts that failed in a row, from 1 on
 * @param retryAfter the header: seconds or a date
 */
export function waitMs(failures: number, retryAfter: string | null, nowMs: number): number {
  const asked = retryAfterMs(retryAfter, nowMs)
  return asked ?? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1))
}

function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}

/** Resolves after `ms`, or rejects with the signal's reason as soon as it is aborted. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>

export const wait: Wait = (ms, signal) =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop)
  })
