import type { LoadProgress, ModelManifest } from '@sensevoice-web/engine'
import type { RuntimeAssets } from './listener-api.ts'
import type { StreamConfig } from './stream-config.ts'

/** Where a model lies. Its files are looked up beside the manifest unless named. */
export interface ModelLocation {
  readonly manifest: string
  readonly model?: string
  readonly tokens?: string
}

export interface RecognizerAssets extends RuntimeAssets {
  readonly model: ModelLocation
  /** WASM threads. */
  readonly threads: number
}

export type LoadedModel = Omit<ModelManifest, 'frontend' | 'ids' | 'files'>

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
