import { isSpeechError, SpeechError } from '@sensevoice-web/engine'

/** What the file system says, as the store's own errors. */
export function diskError(error: unknown, path: string): SpeechError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new SpeechError('quota-exceeded', `the disk is full at ${path}`, {
      hint: 'Free some space and fetch again: what has come is kept. SENSEVOICE_HOME names another place.',
      retryable: true,
      cause: error,
    })
  }
  return new SpeechError('file-unreadable', `${path} cannot be used (${code})`, {
    hint: 'Check who may write there, or name another place in SENSEVOICE_HOME.',
    cause: error,
  })
}

export async function onDisk<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    // The file system's errors have a code in words; a signal's reason and our own are handed on.
    throw typeof (error as NodeJS.ErrnoException).code === 'string' && !isSpeechError(error)
      ? diskError(error, path)
      : error
  }
}

/** Undefined where there is nothing of that name. */
export async function ifThere<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
