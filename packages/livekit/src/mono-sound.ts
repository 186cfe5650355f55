import type { AudioFrame } from '@livekit/rtc-node'
import { downmixInterleaved, joinSamples, pcm16ToFloat, Resampler } from '@sensevoice-web/engine'

/** Frames of any rate and number of channels to one sound at 16 kHz; the rate may change on the way. */
export class MonoSound {
  #resampler: Resampler | undefined

  /**
   * @returns 16 kHz mono in [-1, 1): what is known by now
   * @throws SpeechError `sample-rate-unsupported`
   */
  push({ data, channels, sampleRate }: AudioFrame): Float32Array {
    const samples = pcm16ToFloat(data)
    const mono = channels === 1 ? samples : downmixInterleaved(samples, channels)
    if (this.#resampler?.fromRate === sampleRate) return this.#resampler.push(mono)
    const rest = this.flush()
    this.#resampler = new Resampler(sampleRate)
    const begin = this.#resampler.push(mono)
    return joinSamples([rest, begin])
  }

  /** What the resampler held back; another sound may follow. */
  flush(): Float32Array {
    return this.#resampler?.flush() ?? new Float32Array(0)
  }
}

/** All sound of some frames at 16 kHz mono. */
export function monoSamples(frames: AudioFrame | readonly AudioFrame[]): Float32Array {
  const sound = new MonoSound()
  const parts = [frames].flat().map((frame) => sound.push(frame as AudioFrame))
  parts.push(sound.flush())
  return joinSamples(parts)
}
