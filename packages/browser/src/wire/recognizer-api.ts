import type { AcousticOutput, LoadProgress, ModelManifest } from '@sensevoice-web/engine'
import type { WantedModel } from '@sensevoice-web/onnx'
import type { ModelPlace } from '../api/outcomes.ts'
import type { RuntimeAssets } from './listener-api.ts'
import type { StreamConfig } from './stream-config.ts'

/** Where a model comes from. */
export type ModelLocation =
  /** The library's own: three files beside it, kept by the browser's cache. */
  | { readonly type: 'embedded'; readonly manifest: string; readonly model: string; readonly tokens: string }
  /** Fetched once and kept in the store. */
  | { readonly type: 'stored'; readonly wanted: WantedModel }
  /** The user's own files, read where they are. */
  | {
      readonly type: 'files'
      readonly model: LocalFile
      readonly tokens: LocalFile
      readonly cmvn?: LocalFile
    }

export type LocalFile = Blob | FileSystemFileHandle

export interface RecognizerAssets extends RuntimeAssets {
  readonly model: ModelLocation
  /** WASM threads. */
  readonly threads: number
  /** For the worker of WASM: the clip to run for a worker that is to try the GPU out. */
  readonly selfTest?: ClipRequest
  /** For the worker that can use a GPU. */
  readonly gpu?: GpuRequest
}

export interface ClipRequest {
  /** Address of a WAV file of the model's rate. */
  readonly url: string
  /** SHA-256 of a model that need not run it, since it is known what would come of that. */
  readonly unlessModel?: string
  /** A clip that cannot be had is no error: the model is loaded without a reference, and the reason is told. */
  readonly optional: boolean
}

/** What is known of a GPU on one machine, from a run of the same clip on both providers. */
export type ProviderVerdict =
  | {
      readonly type: 'compared'
      /** SHA-256 of the model that was run. */
      readonly model: string
      /** WebGPU gave what WASM gives. */
      readonly agrees: boolean
      /** Share in [0, 1] of the frames that agreed. */
      readonly agreement: number
      /** Best time of one run of the clip. */
      readonly webgpuMs: number
      readonly wasmMs: number
    }
  /** This GPU cannot run the model. */
  | { readonly type: 'failed'; readonly model: string; readonly reason: string }

/** The clip, run on one provider. */
export interface ClipRun {
  readonly output: AcousticOutput
  /** Best time of one run. */
  readonly elapsedMs: number
}

/** What WASM gave, which is right. */
export interface ClipReference {
  /** SHA-256 of the model that was run. */
  readonly model: string
  readonly run: ClipRun
}

export interface GpuRequest {
  /** `faster`: WebGPU where it is right and faster than WASM. `webgpu`: nothing else will do, as long as it is right. */
  readonly choose: 'faster' | 'webgpu'
  /** What was found before; without, or with another model's, the clip is run. */
  readonly verdict?: ProviderVerdict
  /** What the GPU has to give; without, or with another model's, the worker runs the clip in WASM first. */
  readonly reference?: ClipReference
  /** Address of the clip, a WAV file of the model's rate. */
  readonly selfTest: string
}

/** Where a loaded recognizer computes. */
export interface Computing {
  readonly provider: 'wasm' | 'webgpu'
  /** Why there, or why the clip was not run; absent where there was no choice. */
  readonly reason?: string
  /** What the clip showed, in this load or an earlier one; absent where it may be otherwise the next time. */
  readonly verdict?: ProviderVerdict
  /** What the clip gave here, where the worker of WASM was asked for it. */
  readonly reference?: ClipReference
}

export interface LoadedModel extends Omit<ModelManifest, 'frontend' | 'ids' | 'files'> {
  readonly place: ModelPlace
  readonly computing: Computing
}

/** What the recognizer must know of a stream; the rest comes with every job. */
export interface RecognizerStreamConfig extends Pick<StreamConfig, 'overload'> {
  /** Without: a decoded candidate is kept for its final, but not shown. */
  readonly partials: boolean
}

/** What the page can ask of the recognizer worker (over comlink). One stream at a time. */
export interface RecognizerApi {
  /** See `ListenerApi.holdLock`. */
  holdLock(name: string): Promise<void>
  load(assets: RecognizerAssets, onProgress: (progress: LoadProgress) => void): Promise<LoadedModel>
  open(jobs: MessagePort, events: MessagePort, config: RecognizerStreamConfig): Promise<void>
  /** Drops everything that is not running yet. */
  cancel(): Promise<void>
}
