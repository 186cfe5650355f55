/** Holds a Web Lock for the life of this worker; see `ListenerApi.holdLock`. Resolves once it is held. */
export function holdLock(name: string): Promise<void> {
  return new Promise((held, failed) => {
    navigator.locks
      .request(name, () => {
        held()
        return new Promise<never>(() => {})
      })
      .catch(failed)
  })
}
