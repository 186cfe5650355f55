import type { SpeechError } from '@sensevoice-web/engine'

/** Why a source has no more sound: it came to its end, or it was lost. */
export type SourceEnd = { readonly type: 'finished' } | { readonly type: 'lost'; readonly error: SpeechError }

/** Where live sound comes from, ready to be connected to the listener. */
export interface SoundSource {
  /** Hz of the sound it sends. */
  readonly sampleRate: number
  /** Whether it can be held back when recognition does not keep up; a microphone cannot. */
  readonly canWait: boolean
  /** Resolves once there is no more sound; never after `close`. */
  readonly ended: Promise<SourceEnd>
  /** Starts sending `AudioPortMessage`s; the port is this side's end of the channel to the listener. */
  start(port: MessagePort): void
  pause(): Promise<void>
  resume(): Promise<void>
  /** Releases devices; safe to call twice. */
  close(): Promise<void>
}
