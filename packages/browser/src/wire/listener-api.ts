import type { LoadProgress } from '@sensevoice-web/engine'
import type { StreamChanges, StreamConfig } from './stream-config.ts'

export interface RuntimeAssets {
  readonly wasm: string
  readonly wasmGlue: string
}

export interface ListenerAssets extends RuntimeAssets {
  readonly vadModel: string
}

/** The ports of one stream as the listener holds them. */
export interface ListenerPorts {
  readonly audio: MessagePort
  readonly jobs: MessagePort
  readonly events: MessagePort
}

/** What the page can ask of the listener worker (over comlink). One stream at a time. */
export interface ListenerApi {
  /** Holds a Web Lock until the worker dies: the page waits for the same lock and so learns of the death, however it came. */
  holdLock(name: string): Promise<void>
  load(assets: ListenerAssets, onProgress: (progress: LoadProgress) => void): Promise<void>
  open(config: StreamConfig, ports: ListenerPorts): Promise<void>
  /** Ends the open segment and forgets the VAD's past: what follows is a new beginning at the next position. */
  pause(): Promise<void>
  configure(changes: StreamChanges): Promise<void>
  /** Takes what the sender still holds, ends the open segment, closes the stream. */
  finish(): Promise<void>
  /** Drops everything at once. */
  cancel(): Promise<void>
  /**
   * Decodes a WAV file here, off the page.
   * @returns undefined when the file is no WAV or holds a coding that only the browser may know
   */
  readWav(file: Blob): Promise<{ readonly samples: Float32Array; readonly sampleRate: number } | undefined>
}
