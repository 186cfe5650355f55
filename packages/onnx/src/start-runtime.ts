import { isSpeechError, SpeechError } from '@sensevoice-web/engine'
import { GraphBuilder } from './prepare/graph/graph-builder.ts'
import { ELEMENT } from './prepare/proto/onnx-graph.ts'
import { writeModel } from './prepare/proto/write-model.ts'
import type { ExecutionProvider, OnnxRuntime } from './runtime.ts'
import { createSession } from './session.ts'

/**
 * Has onnxruntime-web compile itself and start its threads, which it does for its first session only: for one of next to nothing, while the real
 * model is still on its way.
 *
 * @throws SpeechError `not-supported` when it does not start, `out-of-memory`
 */
export async function startOnnxRuntime(
  runtime: OnnxRuntime,
  executionProvider: ExecutionProvider = 'wasm',
): Promise<void> {
  const graph = new GraphBuilder()
  graph.output(graph.node('y', 'Identity', [graph.input('x', ELEMENT.float)]), ELEMENT.float)
  const model = writeModel(graph, new Map())
  try {
    const session = await createSession({ runtime, model, executionProvider }, 'a graph of one node')
    await session.release()
  } catch (error) {
    if (isSpeechError(error) && error.code === 'out-of-memory') throw error
    const { cause = error } = error as Error
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new SpeechError('not-supported', `onnxruntime does not start: ${said}`, {
      hint: 'Serve the .wasm and .mjs files that came with this version of the library, and allow WASM in the content security policy.',
      cause,
    })
  }
}
