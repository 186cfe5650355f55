import type { LoadProgress, ModelManifest } from '@sensevoice-web/engine'
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
}

export interface LoadedModel extends Omit<ModelManifest, 'frontend' | 'ids' | 'files'> {
  readonly place: ModelPlace
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
