import { SpeechError } from '../errors.ts'

/** Latencies in milliseconds over the newest measurements. */
export interface LatencySummary {
  /** Measurements the figures are made of. */
  readonly count: number
  readonly min: number
  readonly mean: number
  readonly max: number
  /** Nearest-rank percentiles: the smallest measured value that at least 50, 95, 99 % of all do not exceed. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** The newest `capacity` measurements, kept sorted as they come: nothing is allocated or sorted when one is added. */
export class LatencyStatistics {
  readonly #ring: Float64Array
  readonly #sorted: Float64Array
  #count = 0
  #next = 0

  /** @param capacity how many of the newest measurements count, at least 1; default 100 */
  constructor(capacity = 100) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw new SpeechError(
        'invalid-argument',
        `capacity must be a whole number of at least 1, got ${capacity}`,
      )
    }
    this.#ring = new Float64Array(capacity)
    this.#sorted = new Float64Array(capacity)
  }

  /**
   * @param durationMs finite; a clock that was set back may make it negative
   * @throws SpeechError `invalid-argument` for NaN or an infinite value, which would spoil every later figure
   */
  add(durationMs: number): void {
    if (!Number.isFinite(durationMs)) {
      throw new SpeechError('invalid-argument', `a latency must be a finite number, got ${durationMs}`)
    }
    if (this.#count === this.#ring.length) this.#forget(this.#ring[this.#next] as number)
    this.#ring[this.#next] = durationMs
    this.#next = (this.#next + 1) % this.#ring.length
    const place = this.#placeOf(durationMs)
    this.#sorted.copyWithin(place + 1, place, this.#count)
    this.#sorted[place] = durationMs
    this.#count += 1
  }

  /** @returns `undefined` before the first measurement */
  summary(): LatencySummary | undefined {
    if (this.#count === 0) return undefined
    const values = this.#sorted.subarray(0, this.#count)
    return {
      count: this.#count,
      min: this.#atPercent(0),
      mean: values.reduce((sum, value) => sum + value, 0) / this.#count,
      max: this.#atPercent(100),
      p50: this.#atPercent(50),
      p95: this.#atPercent(95),
      p99: this.#atPercent(99),
    }
  }

  reset(): void {
    this.#count = 0
    this.#next = 0
  }

  #atPercent(percent: number): number {
    const rank = Math.max(1, Math.ceil((percent * this.#count) / 100))
    return this.#sorted[rank - 1] as number
  }

  #forget(durationMs: number): void {
    const place = this.#placeOf(durationMs)
    this.#sorted.copyWithin(place, place + 1, this.#count)
    this.#count -= 1
  }

  /** First place whose value is not below `durationMs`. */
  #placeOf(durationMs: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#sorted[middle] as number) < durationMs) low = middle + 1
      else high = middle
    }
    return low
  }
}
