import { isSpeechError, type RecognitionKind, type SpeechErrorCode } from '@sensevoice-web/engine'
import type { Backend } from './backend.ts'

/** Failures after which this machine is of use. Under overload it is not: it would be overloaded too, by far more. */
const FALLBACK_CODES: readonly SpeechErrorCode[] = ['network', 'model-unsupported']

/**
 * Servers, and this machine for the segments that none of them answers.
 *
 * @param onFallback called for each recognition that this machine has done
 */
export function withFallback(
  servers: Backend,
  local: Backend,
  onFallback: (kind: RecognitionKind) => void = () => {},
): Backend {
  return {
    kind: servers.kind,
    model: servers.model,
    get ready() {
      return local.ready
    },
    get waiting() {
      return servers.waiting + local.waiting
    },
    get counters() {
      return servers.counters
    },
    async recognize(segment, call) {
      try {
        return await servers.recognize(segment, call)
      } catch (error) {
        if (!isSpeechError(error) || !FALLBACK_CODES.includes(error.code)) throw error
        const result = await local.recognize(segment, call)
        onFallback(call.kind)
        return result
      }
    },
    async dispose() {
      await Promise.all([servers.dispose(), local.dispose()])
    },
  }
}
