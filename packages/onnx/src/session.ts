import type { InferenceSession } from 'onnxruntime-common'
import type { ExecutionProvider, OnnxRuntime } from './runtime.ts'
import { sessionError } from './session-errors.ts'

export interface SessionOptions {
  readonly runtime: OnnxRuntime
  /** The ONNX file. */
  readonly model: Uint8Array
  readonly executionProvider: ExecutionProvider
  /** Threads of one operator. Default 1. In a browser the number is the WASM module's, set before its first session. */
  readonly threads?: number
}

/**
 * Builds one session on exactly one execution provider.
 *
 * @param what the model in words, for messages
 * @throws SpeechError `model-corrupt`, `model-unsupported` or `out-of-memory`
 */
export async function createSession(options: SessionOptions, what: string): Promise<InferenceSession> {
  try {
    return await options.runtime.InferenceSession.create(options.model, {
      executionProviders: [options.executionProvider],
      intraOpNumThreads: options.threads ?? 1,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      // Errors only: at load onnxruntime warns about every unused initializer of a published file.
      logSeverityLevel: 3,
    })
  } catch (error) {
    throw sessionError(error, what)
  }
}
