import { isSpeechError, type SpeechErrorCode } from '@sensevoice-web/engine'
import type { Backend } from './backend.ts'

/** Failures after which this machine is of use. Under overload it is not: it would be overloaded too, by far more. */
const FALLBACK_CODES: readonly SpeechErrorCode[] = ['network', 'model-unsupported']

/**
 * Servers, and this machine for the segments that none of them answers.
 *
 * @param onFallback called for each of those segments
 */
export function withFallback(servers: Backend, local: Backend, onFallback: () => void = () => {}): Backend {
  return {
    kind: servers.kind,
    model: servers.model,
    get ready() {
      return local.ready
    },
    get waiting() {
      return servers.waiting + local.waiting
    },
    async recognize(segment, call) {
      try {
        return await servers.recognize(segment, call)
      } catch (error) {
        if (!isSpeechError(error) || !FALLBACK_CODES.includes(error.code)) throw error
        onFallback()
        return await local.recognize(segment, call)
      }
    },
    async dispose() {
      await Promise.all([servers.dispose(), local.dispose()])
    },
  }
}
