import type { SerializedSpeechError, SpeechError } from './errors.ts'
import type { Language } from './model/tags.ts'
import type { SpeechResult, SpeechToken } from './result/speech-result.ts'
import type { SegmentEndReason } from './vad/segment-event.ts'

/** What is known of a segment while its speaker goes on. */
export interface PartialResult {
  readonly segmentId: number
  readonly text: string
  /** Characters at the start of `text` that the last two partials agree on: safe to show as settled. */
  readonly stableLength: number
  readonly tokens: readonly SpeechToken[]
  readonly language: Language
  readonly startMs: number
  readonly endMs: number
}

/** What an analyzer is doing, as one tagged union. */
export type AnalyzerState = 'idle' | 'starting' | 'listening' | 'paused' | 'analyzing' | 'stopping' | 'closed'

/**
 * Progress of loading: bytes of one stage. `totalBytes` is absent where the server does not tell. `verifying`: stored bytes of the model are
 * hashed again, where an earlier download was cut. `self-test`: a short clip is recognized on every provider in question.
 */
export interface LoadProgress {
  readonly stage: 'vad' | 'runtime' | 'model' | 'verifying' | 'self-test' | 'warm-up' | 'ready'
  readonly loadedBytes: number
  readonly totalBytes?: number
}

/** Everything an analyzer tells, in page, remote and server mode alike. Times are ms since the start of the stream's own sound. */
export type SpeechEvent =
  | { readonly type: 'state'; readonly state: AnalyzerState }
  | { readonly type: 'progress'; readonly progress: LoadProgress }
  /** About every 50 ms while listening. `rms` and `peak` in [0, 1]; `speechProbability` of the newest VAD window. */
  | {
      readonly type: 'level'
      readonly rms: number
      readonly peak: number
      readonly speechProbability: number
      readonly speaking: boolean
      readonly positionMs: number
    }
  | {
      readonly type: 'speech-start'
      readonly segmentId: number
      readonly startMs: number
      readonly startSamples: number
    }
  | {
      readonly type: 'speech-end'
      readonly segmentId: number
      readonly endMs: number
      readonly endSamples: number
      readonly reason: SegmentEndReason
    }
  | { readonly type: 'partial'; readonly partial: PartialResult }
  | { readonly type: 'result'; readonly result: SpeechResult }
  /** A segment that gave no result: too little speech in it. */
  | {
      readonly type: 'discarded'
      readonly segmentId: number
      readonly startMs: number
      readonly endMs: number
      readonly reason: 'too-short'
    }
  /** Sound that was lost: never silently. `samples` at 16 kHz since the last such event. */
  | {
      readonly type: 'overrun'
      readonly where: 'capture' | 'listener' | 'recognizer'
      readonly samples: number
      readonly totalSamples: number
    }
  /** Recognition goes on on another provider (`remote`: by a server), or on the same one after a loss: nothing was lost, and this is why. */
  | { readonly type: 'runtime'; readonly provider: 'webgpu' | 'wasm' | 'remote'; readonly reason: string }
  /** Finite inputs only: how much of the sound has been analyzed. */
  | { readonly type: 'analysis-progress'; readonly analyzedMs: number; readonly totalMs: number }
  | { readonly type: 'error'; readonly error: SpeechError }

export type SpeechEventOf<Type extends SpeechEvent['type']> = Extract<SpeechEvent, { type: Type }>

/** A `SpeechEvent` as it crosses a worker or a socket: its error, if any, is plain data. */
export type SerializedSpeechEvent =
  | Exclude<SpeechEvent, { type: 'error' }>
  | { readonly type: 'error'; readonly error: SerializedSpeechError }
