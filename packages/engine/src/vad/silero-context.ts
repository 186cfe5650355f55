import { SpeechError } from '../errors.ts'
import { VAD_WINDOW_SAMPLES } from '../model/ports.ts'

/** Samples of the window before that Silero v5 and v6 want in front of each window at 16 kHz. */
export const SILERO_CONTEXT_SAMPLES = 64

/**
 * Puts the last 64 samples of the window before in front of each window of 512, as the network was trained; a bare 512 is accepted by the
 * graph too, but its probabilities are wrong without any error.
 */
export class SileroContext {
  readonly #input = new Float32Array(SILERO_CONTEXT_SAMPLES + VAD_WINDOW_SAMPLES)

  /**
   * @param window exactly 512 samples; copied
   * @returns `[context | window]`, 576 samples; the same array on every call, valid until the next one
   * @throws SpeechError `invalid-argument` for another length
   */
  next(window: Float32Array): Float32Array {
    if (window.length !== VAD_WINDOW_SAMPLES) {
      throw new SpeechError(
        'invalid-argument',
        `a VAD window has ${VAD_WINDOW_SAMPLES} samples, got ${window.length}`,
      )
    }
    this.#input.copyWithin(0, VAD_WINDOW_SAMPLES)
    this.#input.set(window, SILERO_CONTEXT_SAMPLES)
    return this.#input
  }

  /** Back to the start of a recording, where the context is silence. */
  reset(): void {
    this.#input.fill(0)
  }
}
