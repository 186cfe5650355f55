import { SpeechError } from '../errors.ts'

/** Lower edge of the lowest triangle in Hz, the published model's. */
const LOW_HZ = 20

/**
 * Kaldi's mel filter bank: triangles of equal width on the mel scale from 20 Hz to Nyquist, their sides straight in mel and not in Hz, peak
 * 1, not normalized by area. The Nyquist bin itself belongs to none.
 */
export class MelBank {
  readonly bins: number
  /** FFT bin of the first weight of each triangle. */
  readonly #firstBin: Uint32Array
  /** Where the weights of each triangle begin in `#weights`; one entry more than triangles. */
  readonly #offsets: Uint32Array
  readonly #weights: Float64Array

  /**
   * @param bins triangles
   * @param fftSize points of the FFT whose power spectrum comes in
   * @param sampleRate Hz
   * @throws SpeechError `model-unsupported` when there are so many triangles that one would hold no FFT bin
   */
  constructor(bins: number, fftSize: number, sampleRate: number) {
    this.bins = bins
    this.#firstBin = new Uint32Array(bins)
    this.#offsets = new Uint32Array(bins + 1)
    const lowest = hertzToMel(LOW_HZ)
    const width = (hertzToMel(sampleRate / 2) - lowest) / (bins + 1)
    const melOfBin = Array.from({ length: fftSize / 2 }, (_, bin) => hertzToMel((bin * sampleRate) / fftSize))
    const weights: number[] = []
    for (let triangle = 0; triangle < bins; triangle += 1) {
      const left = lowest + triangle * width
      const right = left + 2 * width
      const first = melOfBin.findIndex((mel) => mel > left)
      for (let bin = first; bin < melOfBin.length && (melOfBin[bin] as number) < right; bin += 1) {
        const mel = melOfBin[bin] as number
        weights.push(Math.min(mel - left, right - mel) / width)
      }
      if (weights.length === this.#offsets[triangle]) {
        throw new SpeechError(
          'model-unsupported',
          `${bins} mel bins are too many for an FFT of ${fftSize} points: bin ${triangle} would be empty`,
        )
      }
      this.#firstBin[triangle] = first
      this.#offsets[triangle + 1] = weights.length
    }
    this.#weights = Float64Array.from(weights)
  }

  /**
   * @param power power spectrum, `fftSize / 2` or more values
   * @param energies receives the energy of each triangle from `at` on
   * @param at index of the first one
   * @param floor energies below are raised to it before the logarithm
   */
  logEnergies(power: Float64Array, energies: Float32Array, at: number, floor: number): void {
    const weights = this.#weights
    for (let triangle = 0; triangle < this.bins; triangle += 1) {
      const end = this.#offsets[triangle + 1] as number
      let energy = 0
      let bin = this.#firstBin[triangle] as number
      for (let weight = this.#offsets[triangle] as number; weight < end; weight += 1, bin += 1) {
        energy += (weights[weight] as number) * (power[bin] as number)
      }
      energies[at + triangle] = Math.log(Math.max(energy, floor))
    }
  }
}

function hertzToMel(hertz: number): number {
  return 1127 * Math.log(1 + hertz / 700)
}
