import { compareOutputs } from '@sensevoice-web/onnx'
import type { ClipRun, ProviderVerdict } from '../../../wire/recognizer-api.ts'

/** What both runs of the clip show of the GPU. */
export function verdictOf(model: string, wasm: ClipRun, webgpu: ClipRun): ProviderVerdict {
  const { agrees, frames } = compareOutputs(wasm.output, webgpu.output)
  return {
    type: 'compared',
    model,
    agrees,
    agreement: frames,
    webgpuMs: webgpu.elapsedMs,
    wasmMs: wasm.elapsedMs,
  }
}
