import { SpeechError } from '../errors.ts'

/**
 * Power spectrum of real signals of one power-of-two size, by a complex FFT of half the size: even samples are its real parts, odd ones
 * its imaginary parts. Double precision: the features are compared with a float32 reference, and this keeps the rounding on one side.
 */
export class RealFft {
  readonly size: number
  readonly #half: number
  readonly #reversed: Uint32Array
  /** `cos` and `sin` of `2 pi k / size` for k below `half`. */
  readonly #cos: Float64Array
  readonly #sin: Float64Array
  readonly #re: Float64Array
  readonly #im: Float64Array

  /**
   * @param size samples of a signal, a power of two from 8 on
   * @throws SpeechError `invalid-argument` for another size
   */
  constructor(size: number) {
    if (!Number.isInteger(Math.log2(size)) || size < 8) {
      throw new SpeechError('invalid-argument', `FFT size must be a power of two from 8 on, got ${size}`)
    }
    this.size = size
    this.#half = size / 2
    const bits = Math.log2(this.#half)
    this.#reversed = Uint32Array.from({ length: this.#half }, (_, index) => reverseBits(index, bits))
    this.#cos = Float64Array.from({ length: this.#half }, (_, k) => Math.cos((2 * Math.PI * k) / size))
    this.#sin = Float64Array.from({ length: this.#half }, (_, k) => Math.sin((2 * Math.PI * k) / size))
    this.#re = new Float64Array(this.#half)
    this.#im = new Float64Array(this.#half)
  }

  /**
   * @param signal `[size]`; left as it is
   * @param power receives `|X[k]|^2` for k = 0 .. size/2, so `size/2 + 1` values
   */
  powerSpectrum(signal: Float64Array, power: Float64Array): void {
    this.#transformPacked(signal)
    const half = this.#half
    const re = this.#re
    const im = this.#im
    const re0 = re[0] as number
    const im0 = im[0] as number
    power[0] = (re0 + im0) * (re0 + im0)
    power[half] = (re0 - im0) * (re0 - im0)
    // X[k] = E + w O and X[half - k] = conj(E - w O), with E and O the spectra of the even and the odd samples.
    for (let k = 1, mirror = half - 1; k <= mirror; k += 1, mirror -= 1) {
      const evenRe = ((re[k] as number) + (re[mirror] as number)) / 2
      const evenIm = ((im[k] as number) - (im[mirror] as number)) / 2
      const oddRe = ((im[k] as number) + (im[mirror] as number)) / 2
      const oddIm = ((re[mirror] as number) - (re[k] as number)) / 2
      const cos = this.#cos[k] as number
      const sin = this.#sin[k] as number
      const turnedRe = oddRe * cos + oddIm * sin
      const turnedIm = oddIm * cos - oddRe * sin
      power[k] = (evenRe + turnedRe) ** 2 + (evenIm + turnedIm) ** 2
      power[mirror] = (evenRe - turnedRe) ** 2 + (evenIm - turnedIm) ** 2
    }
  }

  /** Complex FFT of the packed signal into `#re` and `#im`: decimation in time, the first two stages as one without multiplications. */
  #transformPacked(signal: Float64Array): void {
    const half = this.#half
    const re = this.#re
    const im = this.#im
    for (let index = 0; index < half; index += 1) {
      const from = 2 * (this.#reversed[index] as number)
      re[index] = signal[from] as number
      im[index] = signal[from + 1] as number
    }
    for (let a = 0; a < half; a += 4) {
      const b = a + 1
      const c = a + 2
      const d = a + 3
      const sumRe = (re[a] as number) + (re[b] as number)
      const sumIm = (im[a] as number) + (im[b] as number)
      const differenceRe = (re[a] as number) - (re[b] as number)
      const differenceIm = (im[a] as number) - (im[b] as number)
      const sumRe2 = (re[c] as number) + (re[d] as number)
      const sumIm2 = (im[c] as number) + (im[d] as number)
      const differenceRe2 = (re[c] as number) - (re[d] as number)
      const differenceIm2 = (im[c] as number) - (im[d] as number)
      re[a] = sumRe + sumRe2
      im[a] = sumIm + sumIm2
      re[c] = sumRe - sumRe2
      im[c] = sumIm - sumIm2
      re[b] = differenceRe + differenceIm2
      im[b] = differenceIm - differenceRe2
      re[d] = differenceRe - differenceIm2
      im[d] = differenceIm + differenceRe2
    }
    let span = 4
    for (; span * 2 < half; span *= 4) this.#twoStages(span)
    if (span < half) this.#lastStage(span)
  }

  /** Two stages in one pass over the memory: four blocks of `span` become one of four times as many. */
  #twoStages(span: number): void {
    const half = this.#half
    const re = this.#re
    const im = this.#im
    const cosines = this.#cos
    const sines = this.#sin
    const firstStep = half / span
    const secondStep = firstStep / 2
    for (let begin = 0; begin < half; begin += 4 * span) {
      for (let k = 0; k < span; k += 1) {
        const a = begin + k
        const b = a + span
        const c = b + span
        const d = c + span
        const cos1 = cosines[k * firstStep] as number
        const sin1 = sines[k * firstStep] as number
        const cos2 = cosines[k * secondStep] as number
        const sin2 = sines[k * secondStep] as number
        const bRe = (re[b] as number) * cos1 + (im[b] as number) * sin1
        const bIm = (im[b] as number) * cos1 - (re[b] as number) * sin1
        const dRe = (re[d] as number) * cos1 + (im[d] as number) * sin1
        const dIm = (im[d] as number) * cos1 - (re[d] as number) * sin1
        const sumRe = (re[a] as number) + bRe
        const sumIm = (im[a] as number) + bIm
        const differenceRe = (re[a] as number) - bRe
        const differenceIm = (im[a] as number) - bIm
        const sumRe2 = (re[c] as number) + dRe
        const sumIm2 = (im[c] as number) + dIm
        const differenceRe2 = (re[c] as number) - dRe
        const differenceIm2 = (im[c] as number) - dIm
        const turnedRe = sumRe2 * cos2 + sumIm2 * sin2
        const turnedIm = sumIm2 * cos2 - sumRe2 * sin2
        // The other half of the second stage is a quarter turn further: its factor is this one times -i.
        const furtherRe = differenceIm2 * cos2 - differenceRe2 * sin2
        const furtherIm = -differenceRe2 * cos2 - differenceIm2 * sin2
        re[a] = sumRe + turnedRe
        im[a] = sumIm + turnedIm
        re[c] = sumRe - turnedRe
        im[c] = sumIm - turnedIm
        re[b] = differenceRe + furtherRe
        im[b] = differenceIm + furtherIm
        re[d] = differenceRe - furtherRe
        im[d] = differenceIm - furtherIm
      }
    }
  }

  #lastStage(span: number): void {
    const re = this.#re
    const im = this.#im
    const twiddleStep = this.#half / span
    for (let low = 0; low < span; low += 1) {
      const high = low + span
      const cos = this.#cos[low * twiddleStep] as number
      const sin = this.#sin[low * twiddleStep] as number
      const turnedRe = (re[high] as number) * cos + (im[high] as number) * sin
      const turnedIm = (im[high] as number) * cos - (re[high] as number) * sin
      const lowRe = re[low] as number
      const lowIm = im[low] as number
      re[low] = lowRe + turnedRe
      im[low] = lowIm + turnedIm
      re[high] = lowRe - turnedRe
      im[high] = lowIm - turnedIm
    }
  }
}

function reverseBits(value: number, bits: number): number {
  let reversed = 0
  for (let bit = 0; bit < bits; bit += 1) reversed |= ((value >> bit) & 1) << (bits - 1 - bit)
  return reversed
}
