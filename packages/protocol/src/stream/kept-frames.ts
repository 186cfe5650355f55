/** A frame that the server has not acknowledged yet. */
export interface KeptFrame {
  readonly sequence: number
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly samples: number
}

/** Frames from the oldest unacknowledged one on, bounded by their sound. */
export class KeptFrames {
  readonly #mostSamples: number
  readonly #frames: KeptFrame[] = []
  #samples = 0
  #nextSequence = 0
  /** The first one that was not handed to the present connection. */
  #unsent = 0

  constructor(mostSamples: number) {
    this.#mostSamples = mostSamples
  }

  get nextSequence(): number {
    return this.#nextSequence
  }

  /** Sound that waits to be acknowledged, in samples at the stream's rate. */
  get samples(): number {
    return this.#samples
  }

  hasRoom(samples: number): boolean {
    return this.#samples + samples <= this.#mostSamples
  }

  add(pack: (sequence: number) => Uint8Array<ArrayBuffer>, samples: number): void {
    const sequence = this.#nextSequence++
    this.#frames.push({ sequence, bytes: pack(sequence), samples })
    this.#samples += samples
  }

  /** The next frame for the connection; undefined when all were handed over. */
  next(): KeptFrame | undefined {
    const frame = this.#frames[this.#unsent]
    if (frame !== undefined) this.#unsent += 1
    return frame
  }

  /** Everything below `sequence` has arrived. */
  acknowledge(sequence: number): void {
    while (this.#frames[0] !== undefined && this.#frames[0].sequence < sequence) {
      this.#samples -= this.#frames.shift()?.samples ?? 0
      this.#unsent = Math.max(0, this.#unsent - 1)
    }
  }

  /** A new connection goes on from `sequence`. @returns false when frames before it are gone already */
  rewind(sequence: number): boolean {
    this.acknowledge(sequence)
    this.#unsent = 0
    return (this.#frames[0]?.sequence ?? this.#nextSequence) === sequence
  }
}
