import { SpeechError } from '../errors.ts'
import { assertFiniteSamples } from './finite.ts'
import { designPolyphaseFilter, type PolyphaseFilter } from './resampler-filter.ts'

/** Sample rates in Hz that sound may come in with. */
export const LOWEST_SAMPLE_RATE = 8_000
export const HIGHEST_SAMPLE_RATE = 192_000
/** A whole file in one chunk goes through the buffer in blocks, so that the buffer stays small. */
const BLOCK_SAMPLES = 16_384

/**
 * Streaming band-limited resampler. Output sample k lies at input time `k / toRate` exactly (the filter's delay is taken off), and the
 * output does not depend on how the input was cut into chunks, not even in its last bit.
 *
 * Flat within 0.1 dB up to 0.9 of the lower Nyquist frequency; from that frequency on everything is more than 60 dB down. At equal rates
 * samples pass through unchanged.
 */
export class Resampler {
  readonly fromRate: number
  readonly toRate: number
  readonly #filter: PolyphaseFilter | undefined
  /** Output k lies at input position `k * step / fractions`. */
  readonly #step: number
  readonly #fractions: number
  /** Input samples from position `#bufferStart` on, `#buffered` of them; before the stream lies silence. */
  #buffer = new Float64Array(0)
  #buffered = 0
  #bufferStart = 0
  /** Position of the next output: whole input samples, and fractions of one. */
  #position = 0
  #fraction = 0
  #received = 0
  #produced = 0

  /**
   * @param fromRate Hz, a whole number from 8000 to 192000
   * @param toRate Hz, the same; default 16000
   * @throws SpeechError `sample-rate-unsupported` for other rates
   */
  constructor(fromRate: number, toRate = 16_000) {
    for (const rate of [fromRate, toRate]) {
      if (!Number.isInteger(rate) || rate < LOWEST_SAMPLE_RATE || rate > HIGHEST_SAMPLE_RATE) {
        throw new SpeechError('sample-rate-unsupported', `cannot resample ${fromRate} Hz to ${toRate} Hz`, {
          hint: `Sample rates are whole numbers from ${LOWEST_SAMPLE_RATE} to ${HIGHEST_SAMPLE_RATE} Hz.`,
        })
      }
    }
    const divisor = greatestCommonDivisor(fromRate, toRate)
    this.fromRate = fromRate
    this.toRate = toRate
    this.#step = fromRate / divisor
    this.#fractions = toRate / divisor
    if (fromRate !== toRate) this.#filter = designPolyphaseFilter(fromRate, toRate, this.#fractions)
    this.#restart()
  }

  /** Input samples after an output's own time that the output depends on: what it lags behind. */
  get lookAheadSamples(): number {
    return this.#filter === undefined ? 0 : this.#filter.taps / 2
  }

  /**
   * @param input any length, 0 included; copied
   * @returns the output samples that are now known, possibly none, in an array of their own
   * @throws SpeechError `invalid-audio` for NaN and infinities; the chunk is then not taken in
   */
  push(input: Float32Array): Float32Array {
    assertFiniteSamples(input, 'audio chunk')
    this.#received += input.length
    if (this.#filter === undefined) return input.slice()
    return this.#convert(this.#filter, input, this.#outputsKnown(this.#filter, input.length))
  }

  /**
   * Ends the stream: the outputs that were waiting for more input, which is now silence. All outputs together are
   * `round(inputs * toRate / fromRate)`. What is pushed next begins a new stream at position 0.
   */
  flush(): Float32Array {
    const filter = this.#filter
    if (filter === undefined) return new Float32Array(0)
    const total = Math.round((this.#received * this.toRate) / this.fromRate)
    const count = Math.max(0, total - this.#produced)
    const rest = this.#convert(filter, new Float32Array(filter.taps), count)
    this.#restart()
    return rest
  }

  #restart(): void {
    const lead = this.#filter === undefined ? 0 : this.#filter.taps / 2 - 1
    this.#buffer = new Float64Array(lead + BLOCK_SAMPLES)
    this.#bufferStart = -lead
    this.#buffered = lead
    this.#position = 0
    this.#fraction = 0
    this.#received = 0
    this.#produced = 0
  }

  /** Outputs whose last tap is known once so many more samples are in. */
  #outputsKnown({ taps }: PolyphaseFilter, moreSamples: number): number {
    const lastPosition = this.#bufferStart + this.#buffered + moreSamples - 1 - taps / 2
    if (lastPosition < this.#position) return 0
    // Position of the n-th output from here is floor((fraction + n * step) / fractions) further on.
    const span = (lastPosition - this.#position + 1) * this.#fractions - this.#fraction
    return Math.ceil(span / this.#step)
  }

  #convert(filter: PolyphaseFilter, input: Float32Array, count: number): Float32Array {
    const output = new Float32Array(count)
    let written = 0
    for (let read = 0; read < input.length; read += BLOCK_SAMPLES) {
      this.#append(input.subarray(read, read + BLOCK_SAMPLES))
      const end = Math.min(count, written + this.#outputsKnown(filter, 0))
      this.#produce(filter, output, written, end)
      written = end
    }
    this.#produced += count
    return output
  }

  #produce(filter: PolyphaseFilter, output: Float32Array, from: number, end: number): void {
    const { taps, phases, rows, exact } = filter
    const buffer = this.#buffer
    for (let index = from; index < end; index += 1) {
      const begin = this.#position + 1 - taps / 2 - this.#bufferStart
      if (exact) {
        output[index] = dot(buffer, begin, rows, this.#fraction * taps, taps)
      } else {
        const place = (this.#fraction / this.#fractions) * phases
        const row = Math.floor(place)
        const before = dot(buffer, begin, rows, row * taps, taps)
        const after = dot(buffer, begin, rows, (row + 1) * taps, taps)
        output[index] = before + (after - before) * (place - row)
      }
      this.#fraction += this.#step
      const whole = Math.floor(this.#fraction / this.#fractions)
      this.#position += whole
      this.#fraction -= whole * this.#fractions
    }
  }

  /** Drops what no output needs any more, then adds the input at the end. */
  #append(input: Float32Array): void {
    const lead = (this.#filter?.taps ?? 0) / 2 - 1
    const unneeded = Math.max(0, Math.min(this.#position - lead - this.#bufferStart, this.#buffered))
    this.#buffer.copyWithin(0, unneeded, this.#buffered)
    this.#bufferStart += unneeded
    this.#buffered -= unneeded
    if (this.#buffered + input.length > this.#buffer.length) {
      const larger = new Float64Array(this.#buffered + input.length)
      larger.set(this.#buffer.subarray(0, this.#buffered))
      this.#buffer = larger
    }
    this.#buffer.set(input, this.#buffered)
    this.#buffered += input.length
  }
}

/** In float64 throughout, which saves a conversion a factor; four sums side by side, so that no addition waits for the one before. */
function dot(samples: Float64Array, at: number, taps: Float64Array, row: number, count: number): number {
  let sum0 = 0
  let sum1 = 0
  let sum2 = 0
  let sum3 = 0
  let tap = 0
  for (; tap + 3 < count; tap += 4) {
    sum0 += (samples[at + tap] as number) * (taps[row + tap] as number)
    sum1 += (samples[at + tap + 1] as number) * (taps[row + tap + 1] as number)
    sum2 += (samples[at + tap + 2] as number) * (taps[row + tap + 2] as number)
    sum3 += (samples[at + tap + 3] as number) * (taps[row + tap + 3] as number)
  }
  for (; tap < count; tap += 1) sum0 += (samples[at + tap] as number) * (taps[row + tap] as number)
  return sum0 + sum1 + (sum2 + sum3)
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
