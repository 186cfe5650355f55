import { SpeechError } from '@sensevoice-web/engine'
import type { GpuRequest, ModelLocation } from '../wire/recognizer-api.ts'
import { verdictFavours, verdictInWords } from '../wire/verdict-words.ts'
import { findGpu, type GpuChoice } from './gpu-adapter.ts'
import { type MeasuredOn, ProviderMemory } from './provider-memory.ts'

export type ProviderOption = 'auto' | 'webgpu' | 'wasm'

export interface ProviderWish {
  readonly provider: ProviderOption
  readonly model: ModelLocation
  /** WASM threads. */
  readonly threads: number
}

/** The worker for WebGPU is to be started. */
export interface GpuPlan {
  readonly provider: 'webgpu'
  readonly request: Omit<GpuRequest, 'selfTest' | 'reference'>
  readonly memory: ProviderMemory
}

export type ProviderPlan =
  | {
      readonly provider: 'wasm'
      readonly reason: string
      /** Where an earlier verdict is the reason: it is of one model, and what is opened may have become another one. */
      readonly remembered?: {
        /** SHA-256 of the model that was run. */
        readonly model: string
        readonly otherwise: GpuPlan
      }
    }
  | GpuPlan

/**
 * Which worker is to be started.
 *
 * @throws SpeechError `not-supported` when WebGPU was asked for and is not there
 */
export async function planProvider(
  { provider, model, threads }: ProviderWish,
  find: () => Promise<GpuChoice> = findGpu,
  remember = (on: MeasuredOn) => new ProviderMemory(on),
): Promise<ProviderPlan> {
  if (provider === 'wasm') return { provider, reason: 'WASM, as asked for.' }
  if (provider === 'auto' && model.type === 'embedded') {
    return { provider: 'wasm', reason: 'WASM: the embedded model is too small to gain from a GPU.' }
  }
  const gpu = await find()
  if (!gpu.usable) {
    if (provider === 'auto') return { provider: 'wasm', reason: gpu.reason }
    throw new SpeechError('not-supported', `WebGPU was asked for. ${gpu.reason}`, {
      hint: 'Leave `provider` out, or use "auto".',
    })
  }
  const memory = remember({ model: nameOf(model), adapter: gpu.adapter, threads })
  const verdict = memory.recall()
  const choose = provider === 'auto' ? 'faster' : 'webgpu'
  if (verdict === undefined) return { provider: 'webgpu', request: { choose }, memory }
  if (provider === 'auto' && verdictFavours(verdict, choose) === 'wasm') {
    const otherwise: GpuPlan = { provider: 'webgpu', request: { choose }, memory }
    const remembered = { model: verdict.model, otherwise }
    return { provider: 'wasm', reason: verdictInWords(verdict), remembered }
  }
  return { provider: 'webgpu', request: { choose, verdict }, memory }
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
