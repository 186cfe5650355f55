import type { SpeechError, SpeechEvent, VoiceProbe } from '@sensevoice-web/engine'
import type { Backend } from '../../backend/backend.ts'
import type { Replies } from '../conversation/replies.ts'
import type { SessionStore } from '../session/session-store.ts'

/** What every connection may use. */
export interface ConnectionParts {
  readonly backend: Backend
  readonly sessions: SessionStore
  /** Absent: nobody is answered. */
  readonly replies: Replies | undefined
  takeProbe(): Promise<VoiceProbe>
  /** Sound of one client that may wait to be heard. */
  readonly unheardMs: number
  readonly messageBytes: number
  /** For metrics and the log: nothing of what was said goes further than counts and times. */
  onEvent(device: string, event: SpeechEvent): void
  onError(error: SpeechError): void
  /** Sound was taken from a device, in ms. */
  onSound(device: string, durationMs: number): void
}

/** One way to speak over a connection; messages come one after another. */
export interface DialectHandler {
  /** Sound that was taken and not heard yet, in ms. */
  readonly unheardMs: number
  /** Whether an answer is being made or played now. */
  readonly isReplying: boolean
  /** @param arrivedMs when its last byte came, by `performance.now()`: messages before it may have taken a while */
  text(message: string, arrivedMs: number): Promise<void>
  binary(message: Uint8Array): Promise<void>
  /** Nothing can be told over this connection any more: gives up at once what is made for it alone, also in the middle of a message. */
  abandon(): void
  /** The connection is gone, and behind `abandon` the last message was worked on: frees what it held. */
  gone(): Promise<void>
  /** The server goes away: no more sound, but what was begun is answered. */
  drain(): Promise<void>
}
