import type { LoadProgress, Recognizer, SpeechEventOf } from '@sensevoice-web/engine'
import type { ClipRequest, Computing, GpuRequest } from '../../wire/recognizer-api.ts'
import type { RuntimeModule } from '../start-runtime.ts'
import type { ModelFiles } from './opened-model.ts'

export interface BuildRequest {
  readonly runtime: RuntimeModule
  readonly files: ModelFiles
  /** WASM threads. */
  readonly threads: number
  /** The clip that WASM is to run. */
  readonly selfTest: ClipRequest | undefined
  readonly gpu: GpuRequest | undefined
  readonly onProgress: (progress: LoadProgress) => void
  /** Told when recognition moves while it runs. */
  readonly onMove: (event: SpeechEventOf<'runtime'>) => void
}

export interface BuiltRecognizer {
  readonly recognizer: Recognizer
  readonly computing: Computing
  /** The model's files are read again later, so they have to stay. */
  readonly needsFiles: boolean
}

/** How a worker comes to its recognizer. */
export type BuildRecognizer = (request: BuildRequest) => Promise<BuiltRecognizer>
