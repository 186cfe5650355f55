import { createSenseVoiceModel } from '@sensevoice-web/onnx'
import * as runtime from 'onnxruntime-node'
import { modelName } from '../model/model-name.ts'
import { readModel } from '../model/read-model.ts'
import { useModelFolder } from '../store/model-folder.ts'
import type { Backend } from './backend.ts'
import { FairQueue } from './fair-queue.ts'
import { createTritonRecognizer } from './triton/triton-recognizer.ts'

export interface TritonBackendOptions {
  /** Folder, or name of a stored model: its manifest and tokens are read here. */
  readonly model: string
  readonly endpoints: readonly string[]
  /** Recognize here when no endpoint can. */
  readonly fallback: boolean
  /** Requests under way at once, which the servers batch. */
  readonly parallel: number
  readonly mostWaiting: number
  readonly onQueued?: (waitedMs: number) => void
}

/**
 * Recognition by Triton servers; front end and decoding stay here.
 *
 * @throws SpeechError as `createTritonRecognizer`
 */
export async function createTritonBackend(options: TritonBackendOptions): Promise<Backend> {
  const { folder: modelDir, release } = await useModelFolder(options.model)
  const model = await modelName(modelDir)
  const recognizer = await createTritonRecognizer({
    modelDir,
    endpoints: options.endpoints,
    ...(options.fallback
      ? {
          createFallback: async ({ facts, tags }) => {
            const { model, prepared } = await readModel(modelDir)
            const kept = prepared === undefined ? {} : { prepared }
            return await createSenseVoiceModel({
              runtime,
              model,
              ...kept,
              executionProvider: 'cpu',
              facts,
              tags,
            })
          },
        }
      : {}),
  }).catch(async (error) => {
    await release()
    throw error
  })
  // A fallback reads the weights when it is first needed.
  if (!options.fallback) await release()
  const queue = new FairQueue({
    concurrency: options.parallel,
    mostWaiting: options.mostWaiting,
    clock: () => performance.now(),
    ...(options.onQueued === undefined ? {} : { onStart: options.onQueued }),
  })
  let closed = false
  return {
    kind: 'triton',
    model,
    get ready() {
      return !closed && (options.fallback || recognizer.available)
    },
    get waiting() {
      return queue.waiting
    },
    recognize: (segment, { kind, device, ...call }) =>
      queue.run({ kind, device, ...(call.signal === undefined ? {} : { signal: call.signal }) }, () =>
        recognizer.recognize(segment, call),
      ),
    async dispose() {
      closed = true
      await queue.close()
      await recognizer.dispose().finally(release)
    },
  }
}
