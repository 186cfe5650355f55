import { isSpeechError, SpeechError } from '@sensevoice-web/engine'

/** What the browser says when something cannot be stored or read, as the store's own errors. */
export function storageError(error: unknown): SpeechError {
  if (isSpeechError(error)) return error
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'QuotaExceededError') {
    return new SpeechError('quota-exceeded', 'the browser gives this page no more room', {
      hint: 'Remove another model (ModelStore.remove), or free some space on the disk; private windows have little room.',
      cause: error,
    })
  }
  return new SpeechError('file-unreadable', `the browser’s storage failed (${name || String(error)})`, {
    hint: 'Private windows and blocked site data forbid storing; the model is then kept until the page is closed.',
    cause: error,
  })
}

export async function stored<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RangeError) throw error
    throw storageError(error)
  }
}

/** What may still be stored, as the browser estimates it; undefined where it does not tell. */
export async function freeBytes(): Promise<number | undefined> {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {}
  return quota === undefined || usage === undefined ? undefined : Math.max(0, quota - usage)
}
