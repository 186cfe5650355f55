import type { ModelManifest, SpeechError, SpeechResult } from '@sensevoice-web/engine'

/** What `analyze` found in a finite input. */
export interface AnalysisResult {
  /** In the order of time; empty when nobody speaks. */
  readonly results: readonly SpeechResult[]
  /** Segments that could not be recognized; the others are in `results` all the same. */
  readonly errors: readonly SpeechError[]
  /** Length of the input. */
  readonly durationMs: number
  /** Wall time from the call to the last result. */
  readonly elapsedMs: number
}

/** How recognition runs in this page, and why so. */
export interface RuntimeInfo {
  /** `remote`: a server does, see `CreateOptions.remote`. */
  readonly provider: 'wasm' | 'webgpu' | 'remote'
  /** WASM threads; on WebGPU, or with a server, those it would fall back to. */
  readonly threads: number
  /** Cross-origin isolated: WASM threads are allowed. */
  readonly isolated: boolean
  /** Why this provider and this many threads. */
  readonly reason: string
}

/** Where the loaded model lies, and why there. */
export interface ModelPlace {
  /** `embedded`: a part of the library. `file`: the user's own file. `memory`: nothing could be stored. `server`: it is not here. */
  readonly kind: 'embedded' | 'file' | 'server' | 'origin-private-file-system' | 'cache-storage' | 'memory'
  /** How often storing failed in this load, so that the model went to memory instead. */
  readonly failures: number
  /** One sentence. */
  readonly reason: string
}

/** The loaded model as users should be told of it; `notice` says plainly what an embedded model does not know. */
export type ModelInfo = Pick<
  ModelManifest,
  'id' | 'name' | 'version' | 'description' | 'notice' | 'embedded' | 'license' | 'languages'
>

/** A microphone to choose, as the browser names it. */
export interface Microphone {
  readonly deviceId: string
  readonly groupId: string
  /** Empty until the user has allowed a microphone once (a browser's rule). */
  readonly label: string
}

/** Whether one thing that this library uses is there. */
export interface Capability {
  readonly supported: boolean
  /** One sentence: how it was found out, or what to do where it is missing. */
  readonly reason: string
}

/** The things that this library uses, or says are there. */
export type CapabilityName =
  | 'secureContext'
  | 'microphone'
  | 'audioWorklet'
  | 'moduleWorkers'
  | 'webAssemblySimd'
  | 'threads'
  | 'webGpu'
  | 'jspi'
  | 'originPrivateFileSystem'
  | 'subtleCrypto'

/** What this browser and this page can do. */
export interface Capabilities extends Readonly<Record<CapabilityName, Capability>> {
  /** Files and sound can be analyzed here. */
  readonly canAnalyze: boolean
  /** A microphone can be listened to here. */
  readonly canListen: boolean
}
