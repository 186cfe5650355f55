import { isSpeechError } from '@sensevoice-web/engine'

/** onnxruntime's words (and its code 9) for a node that the GPU has no kernel for. */
const NO_KERNEL =
  /fallback to CPU EP|Could not find an implementation|Failed to find kernel|kernel not found|not implemented|ERROR_CODE: 9\b/i

/**
 * Whether a GPU that could not run the model will not be able to the next time either: it is too small, or it has no kernel for a node. A lost device, an
 * adapter that is away, a full memory, a store that could not be read, and whatever else onnxruntime says, may all be over by then.
 */
export function failureLasts(error: unknown): boolean {
  if (!isSpeechError(error) || error.retryable) return false
  if (error.code === 'not-supported') return true
  // Without a cause it is the library itself that does not take the model, else onnxruntime, for any reason.
  return error.code === 'model-unsupported' && (error.cause === undefined || NO_KERNEL.test(error.message))
}
