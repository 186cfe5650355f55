import { access } from 'node:fs/promises'
import { SpeechError, toSpeechError } from '@sensevoice-web/engine'
import { readBytes } from '../read-bytes.ts'

/** @throws SpeechError `model-not-found` naming the path */
export async function modelBytes(path: string): Promise<Uint8Array> {
  try {
    return await readBytes(path)
  } catch (error) {
    const { message, hint } = toSpeechError(error, 'file-unreadable')
    throw new SpeechError('model-not-found', `model file ${path}: ${message}`, { hint, cause: error })
  }
}

/** @throws SpeechError `model-not-found` naming the path */
export async function modelText(path: string): Promise<string> {
  return new TextDecoder().decode(await modelBytes(path))
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
