import { isSpeechError, type SpeechErrorCode } from '@sensevoice-web/engine'

const LASTING: readonly SpeechErrorCode[] = ['not-supported', 'model-unsupported']

/**
 * Whether a GPU that could not run the model will not be able to the next time either: it is too small, or it has no kernel for a node. A lost device, an
 * adapter that is away, a full memory or a store that could not be read may all be over by then.
 */
export function failureLasts(error: unknown): boolean {
  return isSpeechError(error) && !error.retryable && LASTING.includes(error.code)
}
