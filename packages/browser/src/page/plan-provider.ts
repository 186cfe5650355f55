import { SpeechError } from '@sensevoice-web/engine'
import type { GpuRequest, ModelLocation } from '../wire/recognizer-api.ts'
import { verdictFavours, verdictInWords } from '../wire/verdict-words.ts'
import { findGpu, type GpuChoice } from './gpu-adapter.ts'
import { ProviderMemory } from './provider-memory.ts'

export type ProviderOption = 'auto' | 'webgpu' | 'wasm'

export type ProviderPlan =
  | { readonly provider: 'wasm'; readonly reason: string }
  | {
      readonly provider: 'webgpu'
      readonly request: Omit<GpuRequest, 'selfTest' | 'reference'>
      readonly memory: ProviderMemory
    }

/**
 * Which worker is to be started.
 *
 * @throws SpeechError `not-supported` when WebGPU was asked for and is not there
 */
export async function planProvider(
  option: ProviderOption,
  model: ModelLocation,
  find: () => Promise<GpuChoice> = findGpu,
  remember = (name: string, adapter: string) => new ProviderMemory(name, adapter),
): Promise<ProviderPlan> {
  if (option === 'wasm') return { provider: 'wasm', reason: 'WASM, as asked for.' }
  if (option === 'auto' && model.type === 'embedded') {
    return { provider: 'wasm', reason: 'WASM: the embedded model is too small to gain from a GPU.' }
  }
  const gpu = await find()
  if (!gpu.usable) {
    if (option === 'auto') return { provider: 'wasm', reason: gpu.reason }
    throw new SpeechError('not-supported', `WebGPU was asked for. ${gpu.reason}`, {
      hint: 'Leave `provider` out, or use "auto".',
    })
  }
  const memory = remember(nameOf(model), gpu.adapter)
  const verdict = memory.recall()
  if (option === 'auto') {
    if (verdict !== undefined && verdictFavours(verdict, 'faster') === 'wasm') {
      return { provider: 'wasm', reason: verdictInWords(verdict) }
    }
    return { provider: 'webgpu', request: { choose: 'faster', ...(verdict && { verdict }) }, memory }
  }
  return { provider: 'webgpu', request: { choose: 'webgpu', ...(verdict && { verdict }) }, memory }
}

/** What a model is known by before it is opened; the verdict itself names its SHA-256. */
function nameOf(model: ModelLocation): string {
  switch (model.type) {
    case 'embedded':
      return model.model
    case 'stored':
      return JSON.stringify(model.wanted)
    case 'files':
      return model.model instanceof Blob && !(model.model instanceof File)
        ? `${model.model.size} bytes`
        : model.model.name
  }
}
