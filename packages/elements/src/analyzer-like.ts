import type {
  AnalyzerState,
  LanguageChoice,
  LoadProgress,
  SegmenterOptions,
  SpeechEvent,
} from '@sensevoice-web/engine'
import type { RuntimeFacts } from './speech-runtime-badge.ts'

/** What a page tells of the loaded model; `SpeechAnalyzer.model` has it. */
export interface ModelFacts {
  readonly name: string
  /** What the model does not know, in one sentence; empty when there is nothing to warn of. */
  readonly notice: string
  readonly embedded: boolean
}

/** What can be changed on a running analyzer. */
export interface AnalyzerSettings {
  readonly language?: LanguageChoice
  readonly withItn?: boolean
  readonly vad?: Partial<SegmenterOptions>
}

/** The part of `SpeechAnalyzer` from `sensevoice-web` that the controller uses; anything of this shape will do. */
export interface AnalyzerLike {
  readonly runtime: RuntimeFacts
  readonly model: ModelFacts
  listen(options?: { deviceId?: string; signal?: AbortSignal }): AsyncIterable<SpeechEvent>
  analyze(
    input: Blob,
    options?: { signal?: AbortSignal; onEvent?: (event: SpeechEvent) => void },
  ): Promise<unknown>
  configure(settings: AnalyzerSettings): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
  close(): Promise<void>
  addEventListener(type: 'state', listener: (event: CustomEvent<{ state: AnalyzerState }>) => void): void
}

/** What the page's factory is handed for loading an analyzer. */
export interface LoadHooks {
  readonly signal: AbortSignal
  readonly onProgress: (progress: LoadProgress) => void
}
