import { RealFft } from './fft.ts'
import { MelBank } from './mel-bank.ts'
import { hammingWindow } from './window.ts'

/** Difference between 1 and the next float32: Kaldi floors energies here, so that silence is -15.94. */
const FLOAT32_EPSILON = 2 ** -23
const PRE_EMPHASIS = 0.97

/** Settings of a filter bank; everything else is Kaldi's default without dither. */
export interface FbankOptions {
  /** Hz. */
  readonly sampleRate: number
  readonly melBins: number
  readonly frameLengthSamples: number
  readonly frameShiftSamples: number
  /** Factor on every sample before anything else: 32768 for models trained on the int16 range. */
  readonly sampleScale: number
}

/**
 * Log mel filter bank energies as Kaldi computes them, frame by frame:
 *   1. cut 25 ms every 10 ms, whole frames only (snip_edges)
 *   2. take the frame's mean off
 *   3. pre-emphasis 0.97, the first sample from itself
 *   4. hamming window, zeros up to a power of two
 *   5. power spectrum
 *   6. mel triangles from 20 Hz to Nyquist
 *   7. natural logarithm, floored at the float32 epsilon
 */
export class Fbank {
  readonly melBins: number
  readonly #options: FbankOptions
  readonly #window: Float64Array
  readonly #fft: RealFft
  readonly #bank: MelBank
  readonly #frame: Float64Array
  readonly #power: Float64Array

  /** @throws SpeechError `model-unsupported` when there are more mel bins than the frame length can tell apart */
  constructor(options: FbankOptions) {
    const fftSize = 2 ** Math.ceil(Math.log2(options.frameLengthSamples))
    this.#options = options
    this.melBins = options.melBins
    this.#window = hammingWindow(options.frameLengthSamples)
    this.#fft = new RealFft(fftSize)
    this.#bank = new MelBank(options.melBins, fftSize, options.sampleRate)
    this.#frame = new Float64Array(fftSize)
    this.#power = new Float64Array(fftSize / 2 + 1)
  }

  /** Frames that so many samples give: 0 below one frame length. */
  frameCount(samples: number): number {
    const { frameLengthSamples, frameShiftSamples } = this.#options
    return samples < frameLengthSamples
      ? 0
      : 1 + Math.floor((samples - frameLengthSamples) / frameShiftSamples)
  }

  /**
   * @param samples mono, finite
   * @param rows receives `[frames, melBins]` row by row; `frameCount(samples.length) * melBins` values or more
   * @returns frames
   */
  compute(samples: Float32Array, rows: Float32Array): number {
    const frames = this.frameCount(samples.length)
    for (let frame = 0; frame < frames; frame += 1) {
      this.#cut(samples, frame * this.#options.frameShiftSamples)
      this.#fft.powerSpectrum(this.#frame, this.#power)
      this.#bank.logEnergies(this.#power, rows, frame * this.melBins, FLOAT32_EPSILON)
    }
    return frames
  }

  /** Steps 1 to 4 into `#frame`, whose tail behind the frame length stays zero. */
  #cut(samples: Float32Array, start: number): void {
    const { frameLengthSamples: length, sampleScale: scale } = this.#options
    const frame = this.#frame
    const window = this.#window
    let sum = 0
    for (let index = 0; index < length; index += 1) sum += samples[start + index] as number
    // A power of two, or 1: the same sum as of the scaled samples, bit for bit.
    sum *= scale
    const mean = sum / length
    let previous = (samples[start] as number) * scale - mean
    for (let index = 0; index < length; index += 1) {
      const value = (samples[start + index] as number) * scale - mean
      frame[index] = (value - PRE_EMPHASIS * previous) * (window[index] as number)
      previous = value
    }
  }
}
