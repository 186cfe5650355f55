import { describe, inject } from 'vitest'

const found = inject('livekitServer')

/** Path of the livekit-server; empty where there is none, and there no test of `withLivekit` runs. */
export const LIVEKIT_SERVER = 'path' in found ? found.path : ''

/** A `describe` that is skipped, with the reason in its name, where no livekit-server can be had. */
export function withLivekit(name: string, tests: () => void): void {
  const title = 'path' in found ? name : `${name} (skipped: ${found.reason})`
  describe.skipIf('reason' in found)(title, () => tests())
}
