const PREFIX = 'sensevoice-web model '

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
  // An error inside is carried out by hand: browsers log a rejected callback as unhandled.
  const outcome = await navigator.locks.request(
    PREFIX + name,
    signal === undefined ? {} : { signal },
    async () => {
      try {
        return { value: await work() }
      } catch (error) {
        return { error }
      }
    },
  )
  if ('error' in outcome) throw outcome.error
  return outcome.value
}
