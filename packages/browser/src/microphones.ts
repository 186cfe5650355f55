import type { Microphone } from './api/outcomes.ts'
import { requireMediaDevices } from './page/open-microphone.ts'

/**
 * @returns the microphones; without labels and ids until the user has allowed one once (a browser's rule)
 * @throws SpeechError `insecure-context`, `not-supported`
 */
export async function listMicrophones(): Promise<readonly Microphone[]> {
  requireMediaDevices()
  const devices = await navigator.mediaDevices.enumerateDevices()
  return devices
    .filter(({ kind }) => kind === 'audioinput')
    .map(({ deviceId, groupId, label }) => ({ deviceId, groupId, label }))
}
