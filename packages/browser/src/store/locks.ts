import type { Release } from '@sensevoice-web/onnx'

const PREFIX = 'sensevoice-web model '
const USE_PREFIX = 'sensevoice-web use of model '

/**
 * Runs `work` while no other tab or worker of this origin runs any under the same name. Where there are no Web Locks (Safari before 15.4)
 * it just runs: then the file's own handle, of which there is one, keeps two downloads apart.
 */
export async function withLock<Value>(
  name: string,
  work: () => Promise<Value>,
  signal?: AbortSignal,
): Promise<Value> {
  signal?.throwIfAborted()
  if (navigator.locks === undefined) return await work()
  const options = signal === undefined ? {} : { signal }
  return unwrapped(await navigator.locks.request(PREFIX + name, options, () => outcomeOf(work)))
}

/**
 * Keeps a model from being removed until the returned function is called or this tab or worker ends. The lock is shared: any number of tabs
 * hold it at once. Without Web Locks nothing is kept off.
 */
export async function holdUse(name: string, signal?: AbortSignal): Promise<Release> {
  signal?.throwIfAborted()
  if (navigator.locks === undefined) return async () => {}
  return await new Promise((resolve, reject) => {
    const hold = () =>
      new Promise<void>((release) => {
        resolve(async () => release())
      })
    navigator.locks
      .request(USE_PREFIX + name, { mode: 'shared', ...(signal === undefined ? {} : { signal }) }, hold)
      .catch(reject)
  })
}

/** Runs `work` while nobody holds a use of a model, nor gets one. Undefined, without a run, where somebody does. */
export async function ifNotUsed<Value>(
  name: string,
  work: () => Promise<Value>,
): Promise<{ readonly value: Value } | undefined> {
  if (navigator.locks === undefined) return { value: await work() }
  const outcome = await navigator.locks.request(USE_PREFIX + name, { ifAvailable: true }, async (lock) =>
    lock === null ? undefined : await outcomeOf(work),
  )
  return outcome && { value: unwrapped(outcome) }
}

type Outcome<Value> = { readonly value: Value } | { readonly error: unknown }

/** An error is carried out of a lock by hand: browsers log a rejected callback as unhandled. */
async function outcomeOf<Value>(work: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { value: await work() }
  } catch (error) {
    return { error }
  }
}

function unwrapped<Value>(outcome: Outcome<Value>): Value {
  if ('error' in outcome) throw outcome.error
  return outcome.value
}
