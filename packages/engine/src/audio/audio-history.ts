import { SpeechError } from '../errors.ts'

const SMALLEST_STORE_SAMPLES = 16_384

/**
 * The newest part of a stream, addressed by absolute sample positions. The store wraps, positions never do: it grows by doubling up to
 * `capacitySamples`, then the oldest samples make room.
 */
export class AudioHistory {
  readonly capacitySamples: number
  #store: Float32Array
  #startSamples: number
  #endSamples: number

  /**
   * @param capacitySamples most samples kept at a time
   * @param startSamples absolute position of the first sample to come
   * @throws SpeechError `invalid-argument` for a capacity below 1, or values that are not whole
   */
  constructor(capacitySamples: number, startSamples = 0) {
    if (!Number.isInteger(capacitySamples) || capacitySamples < 1) {
      throw new SpeechError(
        'invalid-argument',
        `a history keeps 1 or more samples, got a capacity of ${capacitySamples}`,
      )
    }
    if (!Number.isInteger(startSamples) || startSamples < 0) {
      throw new SpeechError('invalid-argument', `a position is a whole number from 0 on, got ${startSamples}`)
    }
    this.capacitySamples = capacitySamples
    this.#store = new Float32Array(Math.min(capacitySamples, SMALLEST_STORE_SAMPLES))
    this.#startSamples = startSamples
    this.#endSamples = startSamples
  }

  /** Absolute position of the oldest sample kept. */
  get startSamples(): number {
    return this.#startSamples
  }

  /** Absolute position one past the newest sample. */
  get endSamples(): number {
    return this.#endSamples
  }

  /**
   * @param samples any length, 0 included; copied
   * @returns how many of the oldest samples were lost because the capacity was reached, 0 when all is well
   */
  append(samples: Float32Array): number {
    this.#grow(this.#endSamples - this.#startSamples + samples.length)
    const size = this.#store.length
    const kept = samples.length > size ? samples.subarray(samples.length - size) : samples
    this.#endSamples += samples.length
    this.#write(kept, this.#endSamples - kept.length)
    const lost = Math.max(0, this.#endSamples - size - this.#startSamples)
    this.#startSamples += lost
    return lost
  }

  /**
   * @param startSamples absolute, `this.startSamples` or later
   * @param endSamples absolute, one past the last, `this.endSamples` or earlier
   * @returns a copy
   * @throws SpeechError `invalid-argument` when the range is not whole, runs backwards or is not kept in full
   */
  slice(startSamples: number, endSamples: number): Float32Array {
    const ordered = this.#startSamples <= startSamples && startSamples <= endSamples
    const whole = Number.isInteger(startSamples) && Number.isInteger(endSamples)
    if (!whole || !ordered || endSamples > this.#endSamples) {
      throw new SpeechError(
        'invalid-argument',
        `samples ${startSamples} to ${endSamples} were asked for, ${this.#startSamples} to ${this.#endSamples} are kept`,
      )
    }
    const result = new Float32Array(endSamples - startSamples)
    const at = startSamples % this.#store.length
    const straight = Math.min(result.length, this.#store.length - at)
    result.set(this.#store.subarray(at, at + straight))
    result.set(this.#store.subarray(0, result.length - straight), straight)
    return result
  }

  /** Forgets what lies before an absolute position; a position before the start or past the end forgets nothing or everything. */
  discardBefore(positionSamples: number): void {
    const position = Math.floor(positionSamples)
    if (position > this.#startSamples) this.#startSamples = Math.min(position, this.#endSamples)
  }

  #grow(neededSamples: number): void {
    if (neededSamples <= this.#store.length || this.#store.length === this.capacitySamples) return
    const kept = this.slice(this.#startSamples, this.#endSamples)
    let size = this.#store.length
    while (size < neededSamples) size *= 2
    this.#store = new Float32Array(Math.min(size, this.capacitySamples))
    this.#write(kept, this.#startSamples)
  }

  /** Requires `samples.length` to be at most the store's length. */
  #write(samples: Float32Array, positionSamples: number): void {
    const at = positionSamples % this.#store.length
    const straight = Math.min(samples.length, this.#store.length - at)
    this.#store.set(samples.subarray(0, straight), at)
    this.#store.set(samples.subarray(straight), 0)
  }
}
