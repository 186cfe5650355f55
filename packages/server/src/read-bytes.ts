import { readFile } from 'node:fs/promises'
import { SpeechError } from '@sensevoice-web/engine'

/**
 * Reads a whole file.
 *
 * @throws SpeechError `file-not-found` or `file-unreadable`
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new SpeechError('file-not-found', 'there is no such file', {
        hint: 'Check the path; it is taken from the folder that the command runs in.',
        cause,
      })
    }
    if (code === 'EISDIR') {
      throw new SpeechError('file-unreadable', 'it is a folder, not a file', {
        hint: 'Name the files in it, e.g. FOLDER/*.wav.',
        cause,
      })
    }
    const reason = code === 'EACCES' || code === 'EPERM' ? 'permission denied' : code || String(cause)
    throw new SpeechError('file-unreadable', `the file cannot be read: ${reason}`, {
      hint: 'Check who may read the file.',
      cause,
    })
  }
}
