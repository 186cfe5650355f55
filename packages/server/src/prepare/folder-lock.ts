import { join } from 'node:path'
import { isSpeechError, SpeechError } from '@sensevoice-web/engine'
import { withFileLock } from '../store/file-lock.ts'

/**
 * Runs `work` while nobody else, in any process, writes or deletes what is prepared in a model's folder. The lock lies in the folder itself: of one that is
 * given by its path nobody knows another place.
 *
 * @throws SpeechError `file-unreadable` when nothing can be written there, `quota-exceeded` when the disk is full; the signal's reason
 */
export async function withFolderLock<Value>(
  folder: string,
  work: () => Promise<Value>,
  signal?: AbortSignal,
): Promise<Value> {
  let locked = false
  const lockedWork = () => {
    locked = true
    return work()
  }
  try {
    return await withFileLock(join(folder, '.prepare'), lockedWork, signal)
  } catch (error) {
    if (locked || !isSpeechError(error) || error.code !== 'file-unreadable') throw error
    const reason = (error.cause as NodeJS.ErrnoException | undefined)?.code
    throw new SpeechError('file-unreadable', `nothing can be written to the folder ${folder} (${reason})`, {
      hint: 'What is prepared lies beside the published file: copy the model to a folder that you may write to.',
      cause: error.cause,
    })
  }
}
