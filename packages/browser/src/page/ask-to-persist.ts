/**
 * Asks the browser to keep what is stored when the disk gets short. Some ask the user, most decide by themselves; nothing waits for it, and a
 * refusal only means that the model may have to be fetched again some day.
 */
export function askToPersist(): void {
  navigator.storage?.persist?.().catch(() => {})
}
