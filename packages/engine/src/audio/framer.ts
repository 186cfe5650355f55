import { SpeechError } from '../errors.ts'
import { VAD_WINDOW_SAMPLES } from '../model/ports.ts'

/** One window of a stream. */
export interface AudioWindow {
  /** Exactly as many samples as the framer's windows have; an array of its own, the receiver may keep it. */
  readonly samples: Float32Array
  /** Absolute position of `samples[0]`. */
  readonly startSamples: number
  /** Zeros at the end that are not part of the stream; more than 0 in the window of a `flush` only. */
  readonly paddingSamples: number
}

/** Cuts chunks of any size into windows of one size that follow one another without gap or overlap. */
export class Framer {
  readonly windowSamples: number
  #pending: Float32Array
  #filled = 0
  #startSamples: number

  /**
   * @param windowSamples size of every window, default the VAD's 512
   * @param startSamples absolute position of the first sample to come
   * @throws SpeechError `invalid-argument` for a size below 1 or not whole, or a negative position
   */
  constructor(windowSamples: number = VAD_WINDOW_SAMPLES, startSamples = 0) {
    if (!Number.isInteger(windowSamples) || windowSamples < 1) {
      throw new SpeechError('invalid-argument', `windows must have 1 or more samples, got ${windowSamples}`)
    }
    if (!Number.isInteger(startSamples) || startSamples < 0) {
      throw new SpeechError('invalid-argument', `a position is a whole number from 0 on, got ${startSamples}`)
    }
    this.windowSamples = windowSamples
    this.#pending = new Float32Array(windowSamples)
    this.#startSamples = startSamples
  }

  /** Absolute position one past the last sample that came in. */
  get endSamples(): number {
    return this.#startSamples + this.#filled
  }

  /**
   * @param chunk any length, 0 included; copied
   * @returns the windows this chunk completes, in order
   */
  push(chunk: Float32Array): readonly AudioWindow[] {
    const windows: AudioWindow[] = []
    for (let read = 0; read < chunk.length; ) {
      const taken = Math.min(this.windowSamples - this.#filled, chunk.length - read)
      this.#pending.set(chunk.subarray(read, read + taken), this.#filled)
      this.#filled += taken
      read += taken
      if (this.#filled === this.windowSamples) windows.push(this.#release())
    }
    return windows
  }

  /**
   * The rest as one window filled up with zeros, and undefined when there is none. The next chunk then starts a window right behind the
   * last real sample.
   */
  flush(): AudioWindow | undefined {
    return this.#filled === 0 ? undefined : this.#release()
  }

  #release(): AudioWindow {
    const window = {
      samples: this.#pending,
      startSamples: this.#startSamples,
      paddingSamples: this.windowSamples - this.#filled,
    }
    this.#pending = new Float32Array(this.windowSamples)
    this.#startSamples += this.#filled
    this.#filled = 0
    return window
  }
}
