import { SpeechError, toSpeechError } from '@sensevoice-web/engine'
import type { StageName } from './turn-event.ts'

/** How long a stage may keep the turn waiting. Time in which the turn itself was not ready for more does not count. All in ms, above 0. */
export interface StageLimits {
  /** Until the first piece. */
  readonly firstMs: number
  /** From one piece to the next. */
  readonly betweenMs: number
  /** All waiting together. */
  readonly totalMs: number
}

/** @throws SpeechError `invalid-argument` unless all are finite and above 0 */
export function checkedLimits(stage: StageName, limits: StageLimits): StageLimits {
  for (const name of ['firstMs', 'betweenMs', 'totalMs'] as const) {
    // A longer timer than 2^31 - 1 fires at once.
    if (limits[name] > 0 && limits[name] < 2 ** 31) continue
    throw new SpeechError(
      'invalid-argument',
      `${name} of the ${stage} must be above 0 and below 2^31 ms, got ${limits[name]}`,
    )
  }
  return limits
}

/**
 * The pieces of a stage, each in its time.
 *
 * @param open starts the stage; its signal is aborted as soon as the pieces are not wanted any more
 * @throws SpeechError `network` (retryable) when the stage is too slow; the stage's own error; the reason of `signal` at once when that is
 * aborted, whether the stage notices or not
 */
export async function* limited<Piece>(
  stage: StageName,
  limits: StageLimits,
  signal: AbortSignal,
  open: (signal: AbortSignal) => AsyncIterable<Piece>,
): AsyncGenerator<Piece, void> {
  signal.throwIfAborted()
  const own = new AbortController()
  let iterator: AsyncIterator<Piece> | undefined
  let over = false
  try {
    iterator = open(AbortSignal.any([signal, own.signal]))[Symbol.asyncIterator]()
    let [waitedMs, stepMs, step] = [0, limits.firstMs, 'first']
    for (;;) {
      const started = performance.now()
      const next = await within(
        iterator.next(),
        Math.min(stepMs, Math.max(1, limits.totalMs - waitedMs)),
        signal,
        () => late(stage, waitedMs + stepMs > limits.totalMs ? 'last' : step, stepMs, limits),
      )
      waitedMs += performance.now() - started
      over = next.done === true
      if (next.done === true) return
      ;[stepMs, step] = [limits.betweenMs, 'next']
      yield next.value
    }
  } catch (error) {
    over = false
    signal.throwIfAborted()
    throw toSpeechError(error, 'inference-failed')
  } finally {
    if (!over) {
      own.abort()
      // Not waited for: a stage that hangs hangs here too.
      void closed(iterator)
    }
  }
}

function late(stage: StageName, step: string, stepMs: number, limits: StageLimits): SpeechError {
  const ms = step === 'last' ? limits.totalMs : stepMs
  return new SpeechError('network', `the ${stage} did not bring its ${step} piece within ${ms} ms`, {
    hint: 'Try again, choose a faster endpoint, or allow more time in the limits.',
    retryable: true,
  })
}

function within<Value>(
  promise: Promise<Value>,
  ms: number,
  signal: AbortSignal,
  lateError: () => SpeechError,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      act()
    }
    const onAbort = () => settle(() => reject(signal.reason))
    const timer = setTimeout(() => settle(() => reject(lateError())), ms)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    )
  })
}

async function closed(iterator: AsyncIterator<unknown> | undefined): Promise<void> {
  try {
    await iterator?.return?.()
  } catch {
    // It was dropped for a reason that is told already.
  }
}
