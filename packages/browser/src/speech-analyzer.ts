import type { AnalyzerState, SpeechEvent } from '@sensevoice-web/engine'
import { SpeechError } from '@sensevoice-web/engine'
import type {
  AnalyzeInput,
  AnalyzeOptions,
  ConfigureOptions,
  CreateOptions,
  ListenOptions,
} from './api/options.ts'
import type { AnalysisResult, Capabilities, Microphone, ModelInfo, RuntimeInfo } from './api/outcomes.ts'
import { SpeechEventTarget } from './api/speech-event-target.ts'

const soon = () => new SpeechError('not-supported', 'not wired yet')

export class SpeechAnalyzer extends SpeechEventTarget {
  static create(_options: CreateOptions = {}): Promise<SpeechAnalyzer> {
    return Promise.reject(soon())
  }
  static capabilities(): Promise<Capabilities> {
    return Promise.reject(soon())
  }
  static microphones(): Promise<readonly Microphone[]> {
    return Promise.reject(soon())
  }
  get state(): AnalyzerState {
    throw soon()
  }
  get runtime(): RuntimeInfo {
    throw soon()
  }
  get model(): ModelInfo {
    throw soon()
  }
  /** Starts at once; events come by the iterator and by `addEventListener` alike. */
  listen(_options: ListenOptions = {}): AsyncIterable<SpeechEvent> {
    throw soon()
  }
  analyze(_input: AnalyzeInput, _options: AnalyzeOptions = {}): Promise<AnalysisResult> {
    return Promise.reject(soon())
  }
  configure(_options: ConfigureOptions): Promise<void> {
    return Promise.reject(soon())
  }
  pause(): Promise<void> {
    return Promise.reject(soon())
  }
  resume(): Promise<void> {
    return Promise.reject(soon())
  }
  /** Delivers the last segment's result, then ends the iterator. */
  stop(): Promise<void> {
    return Promise.reject(soon())
  }
  close(): Promise<void> {
    return Promise.reject(soon())
  }
}
