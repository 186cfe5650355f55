import { SpeechError, type SpeechErrorCode } from '@sensevoice-web/engine'

/** The signal as the microphone gives it: the browser's speech enhancement is made for telephony and changes what the model hears. */
const PLAIN: MediaTrackConstraints = {
  channelCount: 1,
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
}

/**
 * Asks for a microphone.
 *
 * @throws SpeechError `insecure-context`, `not-supported`, `microphone-denied`, `microphone-not-found`, `microphone-busy`; the signal's
 *   reason when aborted (a microphone granted after that is released at once)
 */
export async function openMicrophone(
  deviceId: string | undefined,
  constraints: MediaTrackConstraints | undefined,
  signal: AbortSignal,
): Promise<MediaStream> {
  signal.throwIfAborted()
  requireMediaDevices()
  const audio: MediaTrackConstraints = {
    ...PLAIN,
    ...constraints,
    ...(deviceId === undefined ? {} : { deviceId: { exact: deviceId } }),
  }
  const granted = navigator.mediaDevices.getUserMedia({ audio })
  return await new Promise<MediaStream>((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    granted
      .then(
        (stream) => {
          if (signal.aborted) for (const track of stream.getTracks()) track.stop()
          resolve(stream)
        },
        (cause: unknown) => reject(microphoneError(cause)),
      )
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** @throws SpeechError where this page cannot have a microphone at all */
export function requireMediaDevices(): void {
  if (!globalThis.isSecureContext) {
    throw new SpeechError('insecure-context', 'browsers give microphones to secure pages only', {
      hint: 'Serve the page over https, or from localhost while developing.',
    })
  }
  if (navigator.mediaDevices?.getUserMedia === undefined) {
    throw new SpeechError('not-supported', 'this browser has no getUserMedia', {
      hint: 'Use a current browser; in an app’s web view the app must allow the microphone.',
    })
  }
}

const BY_NAME: Readonly<Record<string, { code: SpeechErrorCode; hint: string; retryable: boolean }>> = {
  NotAllowedError: {
    code: 'microphone-denied',
    hint: 'Allow the microphone for this page in the browser’s address bar and in the system’s privacy settings.',
    retryable: true,
  },
  SecurityError: {
    code: 'microphone-denied',
    hint: 'The page’s Permissions-Policy must allow microphone=(self); in a frame, allow="microphone".',
    retryable: false,
  },
  NotFoundError: {
    code: 'microphone-not-found',
    hint: 'Plug a microphone in and try again.',
    retryable: true,
  },
  OverconstrainedError: {
    code: 'microphone-not-found',
    hint: 'The chosen microphone is gone or cannot do what `constraints` ask; choose another one.',
    retryable: true,
  },
  NotReadableError: {
    code: 'microphone-busy',
    hint: 'Another program holds the microphone; close it and try again.',
    retryable: true,
  },
  AbortError: {
    code: 'microphone-busy',
    hint: 'The device failed to start; try again or choose another one.',
    retryable: true,
  },
  TypeError: { code: 'invalid-argument', hint: 'Check `constraints`.', retryable: false },
}

/** What a rejection of `getUserMedia` means. */
export function microphoneError(cause: unknown): SpeechError {
  const name = cause instanceof Error || isNamed(cause) ? cause.name : ''
  const known = BY_NAME[name]
  const message = `no microphone: ${name || 'unknown error'}${isNamed(cause) && cause.message ? ` (${cause.message})` : ''}`
  if (known === undefined) return new SpeechError('microphone-busy', message, { retryable: true, cause })
  return new SpeechError(known.code, message, { hint: known.hint, retryable: known.retryable, cause })
}

function isNamed(value: unknown): value is { name: string; message?: string } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
}
