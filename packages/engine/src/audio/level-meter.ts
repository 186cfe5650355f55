/** Loudness of a stretch of sound. Both in [0, 1]; float sound above full scale reads 1. */
export interface Level {
  /** Root of the mean square. A full-scale sine has 0.707. */
  readonly rms: number
  /** Largest absolute sample. */
  readonly peak: number
}

/** Gathers the level of chunks of any size until it is taken. Allocates nothing while gathering. */
export class LevelMeter {
  #sumOfSquares = 0
  #peak = 0
  #samples = 0

  /** @param samples finite, nominally in [-1, 1] */
  push(samples: Float32Array): void {
    let sum = 0
    let peak = this.#peak
    for (let index = 0; index < samples.length; index += 1) {
      const value = samples[index] as number
      sum += value * value
      peak = Math.max(peak, Math.abs(value))
    }
    this.#sumOfSquares += sum
    this.#peak = peak
    this.#samples += samples.length
  }

  /** Samples gathered since the last `take`. */
  get samples(): number {
    return this.#samples
  }

  /** Level since the last `take`, zero when nothing came; the meter starts anew. */
  take(): Level {
    const rms = this.#samples === 0 ? 0 : Math.sqrt(this.#sumOfSquares / this.#samples)
    const level = { rms: Math.min(rms, 1), peak: Math.min(this.#peak, 1) }
    this.#sumOfSquares = 0
    this.#peak = 0
    this.#samples = 0
    return level
  }
}
