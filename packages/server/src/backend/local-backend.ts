import { performance } from 'node:perf_hooks'
import { loadRecognizer } from '@sensevoice-web/onnx'
import * as runtime from 'onnxruntime-node'
import { DEFAULT_MODEL_DIR } from '../model/default-models.ts'
import { modelName } from '../model/model-name.ts'
import { readModel } from '../model/read-model.ts'
import { withModelFolder } from '../store/model-folder.ts'
import type { Backend } from './backend.ts'
import { FairQueue } from './fair-queue.ts'

export interface LocalBackendOptions {
  /** Folder, or name of a stored model. Default: the embedded tiny model. */
  readonly model?: string
  /** `cuda` needs an `onnxruntime-node` with its CUDA libraries. Default `cpu`. */
  readonly device?: 'cpu' | 'cuda'
  /** Recognitions at once, over one model in memory. */
  readonly parallel: number
  /** Threads of each. */
  readonly threads: number
  /** Segments that may wait. */
  readonly mostWaiting: number
  readonly onQueued?: (waitedMs: number) => void
}

/**
 * Recognition on this machine's processor: one session, so one model in memory, that onnxruntime runs on as many of Node's own threads as
 * segments are let in at once. Worker threads would each hold the model, and the event loop does little but front ends (0.6 ms for a second of sound).
 *
 * @throws SpeechError `model-not-found`, `model-corrupt`, `model-unsupported`, `out-of-memory`
 */
export async function createLocalBackend(options: LocalBackendOptions): Promise<Backend> {
  const clock = () => performance.now()
  const { recognizer, model } = await withModelFolder(options.model ?? DEFAULT_MODEL_DIR, async (folder) => ({
    model: await modelName(folder),
    ...(await loadRecognizer({
      ...(await readModel(folder)),
      runtime,
      executionProvider: options.device ?? 'cpu',
      threads: options.threads,
      parallel: options.parallel > 1,
      clock,
    })),
  }))
  const queue = new FairQueue({
    concurrency: options.parallel,
    mostWaiting: options.mostWaiting,
    clock,
    ...(options.onQueued === undefined ? {} : { onStart: options.onQueued }),
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
        recognizer.recognize(segment, recognizeOptions),
      ),
    async dispose() {
      closed = true
      await queue.close()
      await recognizer.dispose()
    },
  }
}
