import { performance } from 'node:perf_hooks'
import { DEFAULT_MODEL_DIR } from '../model/default-models.ts'
import { modelName } from '../model/model-name.ts'
import { withModelFolder } from '../store/model-folder.ts'
import type { Backend } from './backend.ts'
import { FairQueue } from './fair-queue.ts'
import { RecognizerPool } from './local/recognizer-pool.ts'

export interface LocalBackendOptions {
  /** Folder, or name of a stored model. Default: the embedded tiny model. */
  readonly model?: string
  /** `cuda` needs an `onnxruntime-node` with its CUDA libraries. Default `cpu`. */
  readonly device?: 'cpu' | 'cuda'
  /** Recognitions at once, each by a worker thread with the model in its memory: about 400 MB for a full-size one. */
  readonly parallel: number
  /** Threads of each. */
  readonly threads: number
  /** Segments that may wait. */
  readonly mostWaiting: number
  readonly onQueued?: (waitedMs: number) => void
}

/**
 * Recognition on this machine's processor, by a pool of worker threads: onnxruntime-node computes on the thread that asks, so that on one thread segments would
 * be recognized one after another, and sockets would wait for each.
 *
 * @throws SpeechError `model-not-found`, `model-corrupt`, `model-unsupported`, `out-of-memory`
 */
export async function createLocalBackend(options: LocalBackendOptions): Promise<Backend> {
  const { device = 'cpu', threads, parallel, mostWaiting, onQueued } = options
  const { pool, model } = await withModelFolder(options.model ?? DEFAULT_MODEL_DIR, async (folder) => ({
    model: await modelName(folder),
    pool: await RecognizerPool.start({ folder, device, threads }, parallel),
  }))
  const queue = new FairQueue({
    concurrency: parallel,
    mostWaiting,
    clock: () => performance.now(),
    ...(onQueued === undefined ? {} : { onStart: onQueued }),
  })
  let closed = false
  return {
    kind: 'local',
    model,
    get ready() {
      return !closed
    },
    get waiting() {
      return queue.waiting
    },
    recognize: (segment, { kind, device, signal, ...recognizeOptions }) =>
      queue.run({ kind, device, ...(signal === undefined ? {} : { signal }) }, () =>
        pool.recognize(segment, recognizeOptions),
      ),
    async dispose() {
      closed = true
      await queue.close()
      await pool.close()
    },
  }
}
