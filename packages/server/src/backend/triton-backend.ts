import { availableParallelism } from 'node:os'
import type { RecognitionKind } from '@sensevoice-web/engine'
import { modelName } from '../model/model-name.ts'
import { withModelFolder } from '../store/model-folder.ts'
import type { Backend } from './backend.ts'
import { FairQueue } from './fair-queue.ts'
import { createLocalBackend } from './local-backend.ts'
import { createTritonRecognizer } from './triton/triton-recognizer.ts'
import { withFallback } from './with-fallback.ts'

export interface TritonBackendOptions {
  /** Folder, or name of a stored model: its manifest and tokens are read here. */
  readonly model: string
  readonly endpoints: readonly string[]
  /** Recognize here what no endpoint answers, by one worker with the model in its memory from the start: its ONNX file is needed, too. */
  readonly fallback: boolean
  /** Threads of the fallback. Default: all processors. */
  readonly threads?: number
  /** Requests under way at once, which the servers batch. */
  readonly parallel: number
  /** Segments that may wait. */
  readonly mostWaiting: number
  /** Called for each wait: for the endpoints, and for the fallback. */
  readonly onQueued?: (waitedMs: number) => void
  /** Called for each recognition that was done here since no endpoint answered. */
  readonly onFallback?: (kind: RecognitionKind) => void
}

/**
 * Recognition by Triton servers; front end and decoding stay here.
 *
 * @throws SpeechError as `createTritonRecognizer`; with a fallback as `createLocalBackend`, too
 */
export async function createTritonBackend(options: TritonBackendOptions): Promise<Backend> {
  const { model, mostWaiting, fallback, threads = availableParallelism(), onQueued, onFallback } = options
  if (!fallback) return await servedBackend(options)
  const local = await createLocalBackend({
    model,
    parallel: 1,
    threads,
    mostWaiting,
    ...(onQueued === undefined ? {} : { onQueued }),
  })
  try {
    return withFallback(await servedBackend(options), local, onFallback)
  } catch (error) {
    await local.dispose()
    throw error
  }
}

async function servedBackend(options: TritonBackendOptions): Promise<Backend> {
  const { endpoints, fallback, onQueued } = options
  const { model, recognizer } = await withModelFolder(options.model, async (modelDir) => ({
    model: await modelName(modelDir),
    recognizer: await createTritonRecognizer({ modelDir, endpoints, startUnavailable: fallback }),
  }))
  const queue = new FairQueue({
    concurrency: options.parallel,
    mostWaiting: options.mostWaiting,
    clock: () => performance.now(),
    ...(onQueued === undefined ? {} : { onStart: onQueued }),
  })
  let closed = false
  return {
    kind: 'triton',
    model,
    get ready() {
      return !closed && recognizer.available
    },
    get waiting() {
      return queue.waiting
    },
    get counters() {
      return recognizer.counters
    },
    recognize: (segment, { kind, device, ...call }) =>
      queue.run({ kind, device, ...(call.signal === undefined ? {} : { signal: call.signal }) }, () =>
        recognizer.recognize(segment, call),
      ),
    async dispose() {
      closed = true
      await queue.close()
      await recognizer.dispose()
    },
  }
}
