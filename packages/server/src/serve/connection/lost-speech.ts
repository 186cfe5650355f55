import { SpeechError, type SpeechEvent } from '@sensevoice-web/engine'
import { BusyError } from '../../backend/busy-error.ts'

const SAMPLES_PER_SECOND = 16_000
/** Where the backend does not say. */
const RETRY_AFTER_MS = 1000

/** When a server that answers so is to be asked again; undefined when waiting would not help. */
export function retryAfterMs(error: SpeechError): number | undefined {
  if (error instanceof BusyError) return error.retryAfterMs
  return error.code === 'busy' ? RETRY_AFTER_MS : undefined
}

/** Why speech gets no result, if that is what the event tells: it failed, was refused, or was given up since too much waited before it. */
export function lossOf(event: SpeechEvent): SpeechError | undefined {
  if (event.type === 'error') return event.error
  if (event.type !== 'overrun') return undefined
  const seconds = (event.samples / SAMPLES_PER_SECOND).toFixed(1)
  return new SpeechError('busy', `${seconds} s of speech were given up, since too much waits already`, {
    hint: 'Try again in a moment, or give the server more processors.',
    retryable: true,
  })
}
