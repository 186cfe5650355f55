import type {
  AudioSegment,
  RecognizeOptions,
  SerializedSpeechError,
  SpeechResult,
} from '@sensevoice-web/engine'

/** What a recognizing thread is started with. */
export interface WorkerSettings {
  /** Of the model. */
  readonly folder: string
  readonly device: 'cpu' | 'cuda'
  readonly threads: number
}

export type WorkerRequest =
  | { readonly type: 'recognize'; readonly segment: AudioSegment; readonly options: RecognizeOptions }
  /** Frees the model and ends the thread. */
  | { readonly type: 'close' }

export type WorkerReply =
  /** Once, when the model is loaded and was run. */
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly result: SpeechResult }
  /** Of the loading, or of the segment that was asked for. */
  | { readonly type: 'error'; readonly error: SerializedSpeechError }
