import { packFrame } from './frame.ts'

/** A frame that the server has not acknowledged yet; without `payload` it is silence in the place of lost sound. */
interface KeptFrame {
  readonly sequence: number
  readonly samples: number
  readonly payload: Uint8Array | undefined
}

/** Frames from the oldest unacknowledged one on, bounded by their sound. Silence takes no room: it has no bytes before it is sent. */
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

  /** Sound that waits to be acknowledged, in samples at the stream's rate. */
  get samples(): number {
    return this.#samples
  }

  /** The one that is added next. */
  get nextSequence(): number {
    return this.#nextSequence
  }

  /** The one that `next` gives. */
  get unsentSequence(): number {
    return this.#frames[this.#unsent]?.sequence ?? this.#nextSequence
  }

  hasRoom(samples: number): boolean {
    return this.#samples + samples <= this.#mostSamples
  }

  addSound(payload: Uint8Array, samples: number): void {
    this.#frames.push({ sequence: this.#nextSequence++, samples, payload })
    this.#samples += samples
  }

  addSilence(samples: number): void {
    this.#frames.push({ sequence: this.#nextSequence++, samples, payload: undefined })
  }

  /** The next frame for the connection, as it goes over the wire; undefined when all were handed over. */
  next(): Uint8Array<ArrayBuffer> | undefined {
    const frame = this.#frames[this.#unsent]
    if (frame === undefined) return undefined
    this.#unsent += 1
    return packFrame(frame.sequence, frame.payload ?? new Uint8Array(2 * frame.samples))
  }

  /** Everything below `sequence` has arrived. */
  acknowledge(sequence: number): void {
    while (this.#frames[0] !== undefined && this.#frames[0].sequence < sequence) {
      const frame = this.#frames.shift()
      if (frame?.payload !== undefined) this.#samples -= frame.samples
      this.#unsent = Math.max(0, this.#unsent - 1)
    }
  }

  /** A new connection goes on from `sequence`. @returns false when frames before it are gone already, or it was never sent */
  rewind(sequence: number): boolean {
    this.acknowledge(sequence)
    this.#unsent = 0
    return (this.#frames[0]?.sequence ?? this.#nextSequence) === sequence
  }
}
