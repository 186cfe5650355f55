import { floatToPcm16, type SpeechEvent } from '@sensevoice-web/engine'
import { KeptFrames } from './kept-frames.ts'

/** Sound that is kept until the server has it; what does not fit is lost and told. */
const KEPT_SECONDS = 30
/** Longest piece of sound in one frame. */
const FRAME_MS = 500
const TOLD_RATE = 16_000

/** Sound on its way into frames. Lost sound is told second by second, and replaced by silence, so that every position after it stays true. */
export class KeptSound {
  readonly frames: KeptFrames
  readonly #sampleRate: number
  readonly #tell: (event: SpeechEvent) => void
  #lostSamples = 0
  #untoldSamples = 0
  /** Lost, and no silence stands in its place yet. */
  #gapSamples = 0

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

  /** No sound comes any more: a gap at the end is a gap too. */
  end(): void {
    this.#fillGap()
  }

  #keep(piece: Float32Array): void {
    if (!this.frames.hasRoom(piece.length)) {
      this.#lose(piece.length)
      return
    }
    this.#fillGap()
    const pcm = floatToPcm16(piece)
    this.frames.addSound(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength), piece.length)
  }

  #lose(samples: number): void {
    this.#gapSamples += samples
    this.#lostSamples += samples
    this.#untoldSamples += samples
    if (this.#untoldSamples >= this.#sampleRate) this.#report()
  }

  #fillGap(): void {
    for (; this.#gapSamples > 0; this.#gapSamples -= Math.min(this.#gapSamples, this.#sampleRate)) {
      this.frames.addSilence(Math.min(this.#gapSamples, this.#sampleRate))
    }
    if (this.#untoldSamples > 0) this.#report()
  }

  #report(): void {
    const [samples, totalSamples] = [this.#told(this.#untoldSamples), this.#told(this.#lostSamples)]
    this.#untoldSamples = 0
    this.#tell({ type: 'overrun', where: 'capture', samples, totalSamples })
  }

  #told(samples: number): number {
    return Math.round((samples * TOLD_RATE) / this.#sampleRate)
  }
}
