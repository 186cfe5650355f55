import type { InferenceSession } from 'onnxruntime-common'
import type { ExecutionProvider, OnnxRuntime } from './runtime.ts'
import { sessionError } from './session-errors.ts'

export interface SessionOptions {
  readonly runtime: OnnxRuntime
  /** The ONNX file, or its path where the runtime reads files (Node): weights in other files are then looked for beside it. */
  readonly model: Uint8Array | string
  /** Files that the graph takes weights from, where the runtime has no file system. */
  readonly externalData?: readonly ExternalData[]
  /**
   * A graph that was prepared is optimized already; looking for more costs seconds at every load. `but-for-layout`: all but the layout of its convolutions,
   * which depends on the width of the processor's vectors. Default false.
   */
  readonly prepared?: boolean | 'but-for-layout'
  readonly executionProvider: ExecutionProvider
  /** `webgpu` only: the GPUDevice to run on, so that its loss can be seen and a new one be given. Default: one that onnxruntime makes and keeps. */
  readonly device?: unknown
  /** Threads of one operator. Default 1. In a browser the number is the WASM module's, set before its first session. */
  readonly threads?: number
}

/** A file of weights by the name that the graph knows it by. The JSPI build of onnxruntime-web reads a Blob range by range. */
export type ExternalData = Extract<
  NonNullable<InferenceSession.SessionOptions['externalData']>[number],
  { path: string }
>

/**
 * Builds one session on exactly one execution provider.
 *
 * @param what the model in words, for messages
 * @throws SpeechError `model-corrupt`, `model-unsupported` or `out-of-memory`
 */
export async function createSession(options: SessionOptions, what: string): Promise<InferenceSession> {
  const { externalData, prepared = false } = options
  const settings: InferenceSession.SessionOptions = {
    executionProviders: [providerOf(options)],
    intraOpNumThreads: options.threads ?? 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: prepared === true ? 'disabled' : 'all',
    // Errors only: at load onnxruntime warns about every unused initializer of a published file.
    logSeverityLevel: 3,
    ...(externalData === undefined ? {} : { externalData }),
    // A node that the GPU cannot run would wait for copies between it and the CPU: better no session than a slow one that nobody notices.
    ...(options.executionProvider === 'webgpu'
      ? { extra: { session: { disable_cpu_ep_fallback: '1' } } }
      : {}),
  }
  try {
    const { InferenceSession } = options.runtime
    // One signature each for bytes and a path.
    return typeof options.model === 'string'
      ? await InferenceSession.create(options.model, settings)
      : await InferenceSession.create(options.model, settings)
  } catch (error) {
    throw sessionError(error, what)
  }
}

function providerOf({ executionProvider, device }: SessionOptions): InferenceSession.ExecutionProviderConfig {
  if (executionProvider !== 'webgpu' || device === undefined) return executionProvider
  // As onnxruntime's types have it where the WebGPU types are not at hand.
  return { name: 'webgpu', device } as InferenceSession.ExecutionProviderConfig
}
