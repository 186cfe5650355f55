import type { AudioSegment, RecognitionKind, RecognizeOptions } from '@sensevoice-web/engine'
import type { UtteranceAnswer } from './utterance-answer.ts'

/** How one utterance is to be recognized. */
export interface UtteranceCall extends RecognizeOptions {
  /** `partial` and `candidate` are of use only now; a `final` is wanted however long it takes. */
  readonly kind: RecognitionKind
  /** Whose it is: streams take turns. */
  readonly stream: string
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/** What recognizes utterances: a model in this process, or a server. */
export interface UtteranceBackend {
  /** Name and version of the model, as far as they are known. */
  readonly model: string
  /** @throws SpeechError or whatever went wrong; the same utterance may be asked for again */
  recognize(segment: AudioSegment, call: UtteranceCall): Promise<UtteranceAnswer>
  /** Frees what it holds. Calls under way end. */
  dispose(): Promise<void>
}

/** A backend that is loaded or connected when it is first needed. */
export interface BackendSource {
  /** `local`, `companion`, `triton`, `funasr`, or the label of another STT. */
  readonly name: string
  /** How often an utterance that still goes on may be recognized, in ms. Undefined: not before its end. */
  readonly partialIntervalMs: number | undefined
  /** Whether words come with times. */
  readonly wordTimes: boolean
  /** @throws SpeechError why it cannot be used */
  open(): Promise<UtteranceBackend>
  /** Frees what the source itself holds, whether it was opened or not: called once, after the opened backend's own. */
  dispose?(): Promise<void>
}
