import { SpeechError } from '../errors.ts'
import { VAD_WINDOW_SAMPLES, type VoiceProbe } from '../model/ports.ts'

/** A `VoiceProbe` that answers from a script instead of listening. */
export class FakeVoiceProbe implements VoiceProbe {
  readonly #script: (window: number) => number
  #window = 0
  #closed = false
  /** Windows probed since it was made; `reset` does not change it. */
  calls = 0

  /** @param script probability of the n-th window since the last reset: a list (0 after its end) or a function, which may throw */
  constructor(script: readonly number[] | ((window: number) => number)) {
    this.#script = typeof script === 'function' ? script : (window) => script[window] ?? 0
  }

  async probe(window: Float32Array): Promise<number> {
    if (this.#closed) throw new SpeechError('closed', 'the voice probe was disposed of')
    if (window.length !== VAD_WINDOW_SAMPLES) {
      throw new SpeechError('invalid-argument', `a VAD window has ${VAD_WINDOW_SAMPLES} samples`)
    }
    this.calls += 1
    const probability = this.#script(this.#window)
    this.#window += 1
    return probability
  }

  reset(): void {
    this.#window = 0
  }

  async dispose(): Promise<void> {
    this.#closed = true
  }
}
