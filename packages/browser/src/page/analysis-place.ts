import type { SpeechEvent } from '@sensevoice-web/engine'
import type { RuntimeInfo } from '../api/outcomes.ts'
import type { StreamChanges, StreamConfig } from '../wire/stream-config.ts'

/** One stream of sound on its way through a place, seen from the page. */
export interface OpenStream {
  /** This side's end of the audio channel: for the worklet or a `SampleFeeder`. */
  readonly audio: MessagePort
  /** Resolves when every event was delivered; rejects when it cannot go on. */
  readonly done: Promise<void>
  /** What is being said ends here; resolves when all sound before was heard. */
  pause(): Promise<void>
  configure(changes: StreamChanges): Promise<void>
  /** Resolves when all sound was taken over and the last segment ended; its result is still to come, see `done`. */
  finish(): Promise<void>
  /** Drops everything; no more events. */
  cancel(): Promise<void>
}

/** Sound of a file, as a reader off the page's thread gives it. */
export interface ReadSound {
  readonly samples: Float32Array
  readonly sampleRate: number
}

/** Where sound is analyzed: in the page's own workers, or by a server. */
export interface AnalysisPlace {
  readonly runtime: RuntimeInfo
  /** @param deliver gets every event of the stream in order; errors among them are of one segment, the stream goes on */
  open(config: StreamConfig, deliver: (event: SpeechEvent) => void, signal: AbortSignal): Promise<OpenStream>
  /** @returns undefined when the file is no WAV or holds a coding that only the browser may know */
  readWav(file: Blob, signal: AbortSignal): Promise<ReadSound | undefined>
}
