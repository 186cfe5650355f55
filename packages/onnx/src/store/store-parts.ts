import type { LoadProgress } from '@sensevoice-web/engine'
import type { Wait } from './back-off.ts'
import type { CreateHasher } from './hasher.ts'
import type { HttpFetch } from './http.ts'
import type { ModelStorage } from './store-folder.ts'

export interface ModelStoreParts {
  readonly storage: ModelStorage
  /** Used where `storage` has no room or fails; without it such a failure is the caller's. */
  readonly fallback?: ModelStorage
  readonly fetch: HttpFetch
  readonly createHasher: CreateHasher
  /** See `DownloadOptions`. */
  readonly stallMs?: number
  readonly attempts?: number
  readonly wait?: Wait
}

export interface OpenOptions {
  readonly signal?: AbortSignal | undefined
  /** Bytes of the model file: `model` while they come, `verifying` while stored ones are hashed. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined
}
