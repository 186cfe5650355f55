import { isSpeechError } from '@sensevoice-web/engine'

/**
 * Whether a GPU that could not run the model will not be able to the next time either: it is too small, or it has no kernel for a node. A lost device, a full
 * memory or a store that could not be read may all be over by then.
 */
export function failureLasts(error: unknown): boolean {
  return isSpeechError(error) && (error.code === 'not-supported' || error.code === 'model-unsupported')
}
