import { floatToPcm16 } from '@sensevoice-web/engine'
import OpusScript from 'opusscript'

/** As Beken's and xiaozhi's firmware have it: mono, 60 ms a packet, at 16 kHz and 16 kbit/s unless told otherwise. */
export const OPUS_FRAME_MS = 60
export const OPUS_FRAME_SAMPLES = OPUS_FRAME_MS * 16

/** Encodes one stream of sound. */
export class OpusEncoder {
  readonly #encoder: OpusScript
  readonly #frameSamples: number

  constructor(sampleRate: 16_000 | 24_000 = 16_000, bitsPerSecond = 16_000) {
    this.#encoder = new OpusScript(sampleRate, 1, OpusScript.Application.VOIP)
    this.#encoder.setBitrate(bitsPerSecond)
    this.#frameSamples = (sampleRate * OPUS_FRAME_MS) / 1000
  }

  /** @param chunk 60 ms; a shorter one, the last, is filled up with silence */
  encode(chunk: Float32Array): Uint8Array {
    return this.encodePcm(floatToPcm16(chunk))
  }

  /** @param chunk 60 ms; a shorter one, the last, is filled up with silence */
  encodePcm(chunk: Int16Array): Uint8Array {
    const pcm = new Int16Array(this.#frameSamples)
    pcm.set(chunk)
    return this.#encoder.encode(Buffer.from(pcm.buffer), this.#frameSamples)
  }

  /** Once; the encoder is gone then. */
  free(): void {
    this.#encoder.delete()
  }
}
