import { floatToPcm16, type SpeechEvent } from '@sensevoice-web/engine'
import { packFrame } from './frame.ts'
import { KeptFrames } from './kept-frames.ts'

/** Sound that is kept until the server has it; what does not fit is lost and told. */
const KEPT_SECONDS = 30
/** Longest piece of sound in one frame. */
const FRAME_MS = 500
const TOLD_RATE = 16_000

/** Sound on its way into frames. Lost sound is told once there is room again, and replaced by silence, so that every position after it stays true. */
export class KeptSound {
  readonly frames: KeptFrames
  readonly #sampleRate: number
  readonly #tell: (event: SpeechEvent) => void
  #lostSamples = 0
  #untoldSamples = 0

  constructor(sampleRate: number, tell: (event: SpeechEvent) => void) {
    this.frames = new KeptFrames(KEPT_SECONDS * sampleRate)
    this.#sampleRate = sampleRate
    this.#tell = tell
  }

  /** @param samples mono in [-1, 1]; not kept */
  add(samples: Float32Array): void {
    const longest = Math.floor((FRAME_MS * this.#sampleRate) / 1000)
    for (let at = 0; at < samples.length; at += longest) this.#keep(samples.subarray(at, at + longest))
  }

  #keep(piece: Float32Array): void {
    if (!this.frames.hasRoom(this.#untoldSamples + piece.length)) {
      this.#untoldSamples += piece.length
      this.#lostSamples += piece.length
      return
    }
    this.#fillGap()
    const pcm = floatToPcm16(piece)
    const payload = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)
    this.frames.add((sequence) => packFrame(sequence, payload), piece.length)
  }

  #fillGap(): void {
    if (this.#untoldSamples === 0) return
    for (let left = this.#untoldSamples; left > 0; left -= this.#sampleRate) {
      const length = Math.min(left, this.#sampleRate)
      this.frames.add((sequence) => packFrame(sequence, new Uint8Array(2 * length)), length)
    }
    const [samples, totalSamples] = [this.#told(this.#untoldSamples), this.#told(this.#lostSamples)]
    this.#untoldSamples = 0
    this.#tell({ type: 'overrun', where: 'capture', samples, totalSamples })
  }

  #told(samples: number): number {
    return Math.round((samples * TOLD_RATE) / this.#sampleRate)
  }
}
