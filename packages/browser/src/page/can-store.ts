import { opensFileSystem } from '../store/opens-file-system.ts'

/** Whether this browser lets the page store a model at all. Whether it has room for one is known only after the attempt. */
export async function canStore(): Promise<boolean> {
  return (await opensFileSystem()) || (await opensCaches())
}

/** Private windows and blocked site data refuse; old browsers have none. */
async function opensCaches(): Promise<boolean> {
  try {
    await caches.keys()
    return true
  } catch {
    return false
  }
}
