import type { AudioSegment, RecognitionKind, RecognizeOptions, SpeechResult } from '@sensevoice-web/engine'
import type { ServedModelFacts } from '@sensevoice-web/protocol'
import type { PoolCounters } from './triton/pool-event.ts'

/** One recognition as a server asks for it. */
export interface BackendCall extends RecognizeOptions {
  /** Finals go before candidates, those before partials. */
  readonly kind: RecognitionKind
  /** Whose it is: nobody waits for ever behind somebody who speaks without end. */
  readonly device: string
  readonly signal?: AbortSignal
}

/** What stands behind the companion: this machine's processor, or servers with a GPU. */
export interface Backend {
  readonly kind: 'local' | 'triton'
  readonly model: ServedModelFacts
  /** Whether a segment could be recognized now. */
  readonly ready: boolean
  /** Segments that wait. */
  readonly waiting: number
  /** Of the servers behind it; undefined where there are none. */
  readonly counters?: PoolCounters | undefined
  /** @throws SpeechError `busy` (too many wait), `closed`, the backend's own, the signal's reason */
  recognize(segment: AudioSegment, call: BackendCall): Promise<SpeechResult>
  /** Waits for what is under way. */
  dispose(): Promise<void>
}
