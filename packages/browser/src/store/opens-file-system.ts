/** Whether the origin-private file system opens here. Private windows and blocked site data refuse it; old browsers have none. */
export async function opensFileSystem(): Promise<boolean> {
  try {
    await navigator.storage.getDirectory()
    return true
  } catch {
    return false
  }
}
