import type { DeviceLink } from './device-link.ts'

/** Gives a message to the network; false when the network lost it. */
export type Speak = (message: string | Uint8Array) => boolean

/** How long a server may take for a greeting, as xiaozhi firmware has it. */
export const GREETING_MS = 10_000
/** How long a server may take for what it has not answered when the sound is over. */
export const ANSWERS_MS = 60_000

/** One of the dialects in which a device sends pieces of sound and a connection that was lost is begun anew. */
export interface Conversation {
  /** Samples at 16 kHz of one message. */
  readonly chunkSamples: number
  /** Of the upgrade. */
  readonly headers: Record<string, string>
  /** What was not answered before a cut is not any more: none of these protocols has a way to ask. */
  begin(link: DeviceLink): Promise<void>
  /** @param atMs of the chunk's first sample in the sound */
  speak(chunk: Float32Array, atMs: number, speak: Speak): void
  /** Asks for the rest, and waits for it. */
  end(link: DeviceLink): Promise<void>
  /** A text of the server. */
  hear(text: string): void
  /** Gives back what it holds. */
  free(): void
}
