/** A piece of spoken sound. */
export interface SpeechPiece {
  /** Mono, signed 16 bit. */
  readonly pcm: Int16Array
  /** In Hz, a whole number in [8000, 96000], the same for all of one sentence. */
  readonly sampleRate: number
}

/** Plug point: whatever speaks a sentence. */
export interface Voice {
  /**
   * @param text one sentence
   * @param signal aborted when nobody wants to hear it any more: stop at once and free what is held
   * @returns pieces of any length as they come; throws when the sentence is not whole
   */
  speak(text: string, signal: AbortSignal): AsyncIterable<SpeechPiece>
}
