// A recognizer for tests: the companion that COMPANION_URL names, and this process where that cannot.
import { companionBackend, localBackend, STT } from '@sensevoice-web/livekit'

export function createSttFromEnv() {
  const backend = companionBackend({ url: process.env['COMPANION_URL'] ?? '' })
  return new STT({ backend, fallbacks: [localBackend()] })
}
