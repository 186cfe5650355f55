/** Whether this browser lets the page store a model at all. Whether it has room for one is known only after the attempt. */
export async function canStore(): Promise<boolean> {
  return (await works(() => navigator.storage.getDirectory())) || (await works(() => caches.keys()))
}

/** Private windows and blocked site data refuse; old browsers have neither. */
async function works(attempt: () => Promise<unknown>): Promise<boolean> {
  try {
    await attempt()
    return true
  } catch {
    return false
  }
}
