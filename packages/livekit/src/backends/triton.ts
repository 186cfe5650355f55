import { availableParallelism } from 'node:os'
import { SpeechError } from '@sensevoice-web/engine'
import { createTritonBackend } from '@sensevoice-web/server'
import type { BackendSource } from '../backend.ts'
import { requireWhole } from './require-whole.ts'
import { sharedBackend } from './server-backend.ts'

const PARTIAL_INTERVAL_MS = 400
const MOST_WAITING = 256

export interface TritonOptions {
  /** Folder, or name of a stored model: its manifest and tokens are read here, its graph is on the servers. */
  readonly model: string
  /** Addresses of the servers, one at least. */
  readonly endpoints: readonly string[]
  /** Requests under way at once, which the servers batch, from 1 on. Default: four for each processor. */
  readonly parallel?: number
}

/**
 * Recognition by Triton servers, of which the well ones are asked.
 *
 * @throws SpeechError `invalid-argument`; from `open()`: `network` when no server is well, `model-not-found`, `model-unsupported`
 */
export function tritonBackend(options: TritonOptions): BackendSource {
  const { model, endpoints, parallel = 4 * availableParallelism() } = options
  if (endpoints.length === 0)
    throw new SpeechError('invalid-argument', 'triton needs the address of a server')
  requireWhole('parallel', parallel)
  return {
    name: 'triton',
    partialIntervalMs: PARTIAL_INTERVAL_MS,
    wordTimes: true,
    open: async () => {
      const backend = await createTritonBackend({
        model,
        endpoints,
        parallel,
        fallback: false,
        mostWaiting: MOST_WAITING,
      })
      return sharedBackend({ resource: backend, release: () => backend.dispose() })
    },
  }
}
