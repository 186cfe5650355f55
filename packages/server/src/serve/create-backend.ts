import type { RecognitionKind } from '@sensevoice-web/engine'
import type { Backend } from '../backend/backend.ts'
import { createLocalBackend } from '../backend/local-backend.ts'
import { createTritonBackend } from '../backend/triton-backend.ts'
import type { ServeConfig } from './config.ts'
import { registerEndpointMetrics } from './endpoint-metrics.ts'
import type { Metrics } from './metrics.ts'

/**
 * The backend that the configuration asks for, told to the metrics.
 *
 * @throws SpeechError when the model cannot be loaded, or no endpoint is well and there is no fallback
 */
export async function createBackend(config: ServeConfig, metrics: Metrics): Promise<Backend> {
  const { backend, model, parallel, threads, queue, endpoints, fallback } = config
  const onQueued = (waitedMs: number) => metrics.queued(waitedMs)
  const shared = { parallel, threads, mostWaiting: queue, onQueued }
  if (backend === 'local') {
    return await createLocalBackend({ ...shared, ...(model === undefined ? {} : { model }) })
  }
  const onFallback = (kind: RecognitionKind) => metrics.fallback(kind)
  const served = await createTritonBackend({ ...shared, model: model ?? '', endpoints, fallback, onFallback })
  registerEndpointMetrics(metrics.registry, served)
  return served
}
