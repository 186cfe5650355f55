import type { GpuRequest, ProviderVerdict } from './recognizer-api.ts'

/** What is chosen after a verdict. */
export function verdictFavours(verdict: ProviderVerdict, choose: GpuRequest['choose']): 'webgpu' | 'wasm' {
  if (verdict.type === 'failed' || !verdict.agrees) return 'wasm'
  return choose === 'webgpu' || verdict.webgpuMs < verdict.wasmMs ? 'webgpu' : 'wasm'
}

/** One sentence for users. */
export function verdictInWords(verdict: ProviderVerdict): string {
  if (verdict.type === 'failed') return `WebGPU could not run the model (${verdict.reason}).`
  if (!verdict.agrees) {
    const share = Math.round(verdict.agreement * 100)
    return `WebGPU computes wrongly on this machine: ${share} % of a clip's frames are as in WASM.`
  }
  const [webgpu, wasm] = [verdict.webgpuMs, verdict.wasmMs].map((ms) => `${ms.toFixed(0)} ms`)
  return verdict.webgpuMs < verdict.wasmMs
    ? `WebGPU is right and faster on this machine (a clip takes ${webgpu}, in WASM ${wasm}).`
    : `WASM is faster on this machine (a clip takes ${wasm}, on WebGPU ${webgpu}).`
}
