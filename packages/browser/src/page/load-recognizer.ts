import { isSpeechError, type LoadProgress, type SpeechErrorCode } from '@sensevoice-web/engine'
import { proxy } from 'comlink'
import type { RuntimeInfo } from '../api/outcomes.ts'
import type { LoadedModel, ModelLocation, RecognizerApi, RecognizerAssets } from '../wire/recognizer-api.ts'
import { verdictFavours } from '../wire/verdict-words.ts'
import type { ResolvedAssets } from './asset-urls.ts'
import { canStore } from './can-store.ts'
import { type GpuPlan, type ProviderOption, planProvider } from './plan-provider.ts'
import { WorkerHost } from './worker-host.ts'

export interface RecognizerSettings {
  readonly assets: ResolvedAssets
  readonly model: ModelLocation
  readonly threads: number
  /** Why so many, one sentence. */
  readonly threadsReason: string
  readonly isolated: boolean
  readonly provider: ProviderOption
}

export interface LoadHooks {
  readonly signal?: AbortSignal | undefined
  readonly onProgress: (progress: LoadProgress) => void
}

export interface RecognizerHost {
  readonly host: WorkerHost<RecognizerApi>
  readonly model: LoadedModel
  readonly runtime: RuntimeInfo
}

/** A started worker, before it is decided where recognition runs. */
type Started = Omit<RecognizerHost, 'runtime'>

/** These are the model's or the network's fault: another provider would only fail later. */
const NOT_THE_GPU: readonly SpeechErrorCode[] = [
  'network',
  'model-not-found',
  'model-corrupt',
  'file-unreadable',
  'file-not-found',
  'closed',
]

/**
 * Starts the worker that recognizes, on WebGPU where that is planned; where that fails and nobody insisted, in WASM. A GPU that was not tried out
 * before with this model is: a worker in WASM runs the clip and is ended, which gives its memory back before the GPU's worker starts.
 */
export async function loadRecognizer(
  settings: RecognizerSettings,
  hooks: LoadHooks,
): Promise<RecognizerHost> {
  const plan = await planProvider(settings)
  hooks.signal?.throwIfAborted()
  if (plan.provider === 'webgpu') {
    const { choose, verdict } = plan.request
    const trusted = verdict !== undefined && verdictFavours(verdict, choose) === 'webgpu'
    if (trusted || (await wouldFetchTwice(settings))) return await goToGpu(settings, hooks, plan, undefined)
    return await afterTrial(settings, hooks, plan, await startTrial(settings, hooks))
  }
  const { reason, remembered } = plan
  if (remembered === undefined) return await startOnWasm(settings, hooks, reason)
  const trial = await startTrial(settings, hooks, remembered.model)
  return await afterTrial(settings, hooks, remembered.otherwise, trial, reason)
}

/** Where WebGPU alone will do and no model can be stored, the GPU's worker runs the clip in WASM itself: it takes more memory, and one download. */
async function wouldFetchTwice({ provider, model }: RecognizerSettings): Promise<boolean> {
  return provider === 'webgpu' && model.type === 'stored' && !(await canStore())
}

/** @param because why it is WASM where the clip was not to be run */
async function afterTrial(
  settings: RecognizerSettings,
  hooks: LoadHooks,
  plan: GpuPlan,
  trial: Started,
  because = '',
): Promise<RecognizerHost> {
  const { reference, reason = because } = trial.model.computing
  if (reference !== undefined) return await goToGpu(settings, hooks, plan, trial)
  return { ...trial, runtime: runtimeInfo(settings, 'wasm', reason) }
}

async function goToGpu(
  settings: RecognizerSettings,
  hooks: LoadHooks,
  plan: GpuPlan,
  trial: Started | undefined,
): Promise<RecognizerHost> {
  if (trial !== undefined && settings.provider === 'auto' && trial.model.place.kind === 'memory') {
    const reason = 'WASM: the model is in memory alone, and a trial of the GPU would fetch it again.'
    return { ...trial, runtime: runtimeInfo(settings, 'wasm', reason) }
  }
  trial?.host.terminate()
  hooks.signal?.throwIfAborted()
  try {
    return await startOnGpu(settings, hooks, plan, trial?.model)
  } catch (error) {
    hooks.signal?.throwIfAborted()
    // A trial has shown that the model can be had, and runs in WASM.
    const others = trial === undefined && isSpeechError(error) && NOT_THE_GPU.includes(error.code)
    if (settings.provider === 'webgpu' || others) throw error
    const what = error instanceof Error ? error.message : String(error)
    return await startOnWasm(settings, hooks, `WASM: the worker for WebGPU did not start (${what}).`)
  }
}

async function startOnWasm(
  settings: RecognizerSettings,
  hooks: LoadHooks,
  reason: string,
): Promise<RecognizerHost> {
  const { recognizerWorker, wasm, wasmGlue } = settings.assets
  const started = await start(settings, hooks, { worker: recognizerWorker, wasm, wasmGlue })
  return { ...started, runtime: runtimeInfo(settings, 'wasm', reason) }
}

/**
 * A worker in WASM that runs the clip, too: the GPU will have to give the same.
 *
 * @param unlessModel SHA-256 of a model on which the GPU need not be tried, so that the clip is not run and there is no reference
 */
async function startTrial(
  settings: RecognizerSettings,
  hooks: LoadHooks,
  unlessModel?: string,
): Promise<Started> {
  const { recognizerWorker, wasm, wasmGlue, selfTest: url } = settings.assets
  const optional = settings.provider === 'auto'
  const selfTest = { url, optional, ...(unlessModel !== undefined && { unlessModel }) }
  return await start(settings, hooks, { worker: recognizerWorker, wasm, wasmGlue, selfTest })
}

async function startOnGpu(
  settings: RecognizerSettings,
  hooks: LoadHooks,
  { request, memory }: GpuPlan,
  tried: LoadedModel | undefined,
): Promise<RecognizerHost> {
  const { gpuRecognizerWorker, jspiWasm, jspiGlue, selfTest } = settings.assets
  const reference = tried?.computing.reference
  const started = await start(settings, hooks, {
    worker: gpuRecognizerWorker,
    wasm: jspiWasm,
    wasmGlue: jspiGlue,
    gpu: { ...request, selfTest, ...(reference && { reference }) },
  })
  const { provider, reason = '', verdict } = started.model.computing
  if (verdict !== undefined) memory.keep(verdict)
  return { ...started, runtime: runtimeInfo(settings, provider, reason) }
}

interface WorkerFiles extends Omit<RecognizerAssets, 'model' | 'threads'> {
  readonly worker: string
}

async function start(
  { model, threads }: RecognizerSettings,
  { signal, onProgress }: LoadHooks,
  { worker, ...files }: WorkerFiles,
): Promise<Started> {
  const host = new WorkerHost<RecognizerApi>(worker, 'recognizer')
  try {
    const assets = { ...files, model, threads }
    return { host, model: await host.call((api) => api.load(assets, proxy(onProgress)), signal) }
  } catch (error) {
    host.terminate()
    throw error
  }
}

function runtimeInfo(
  { threads, threadsReason, isolated }: RecognizerSettings,
  provider: RuntimeInfo['provider'],
  reason: string,
): RuntimeInfo {
  return { provider, threads, isolated, reason: provider === 'wasm' ? `${reason} ${threadsReason}` : reason }
}
