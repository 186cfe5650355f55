/** A file as sound. */
export interface DecodedAudio {
  /** Mono, nominally in [-1, 1], at the file's own rate. */
  readonly samples: Float32Array
  /** Hz. */
  readonly sampleRate: number
}
