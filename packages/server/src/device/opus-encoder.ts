import { floatToPcm16 } from '@sensevoice-web/engine'
import OpusScript from 'opusscript'

/** As Beken's and xiaozhi's firmware have it: mono at 16 kHz, 60 ms a packet, 16 kbit/s. */
export const OPUS_FRAME_MS = 60
export const OPUS_FRAME_SAMPLES = OPUS_FRAME_MS * 16
const BITS_PER_SECOND = 16_000

/** Encodes one stream of sound. */
export class OpusEncoder {
  readonly #encoder = new OpusScript(16_000, 1, OpusScript.Application.VOIP)

  constructor() {
    this.#encoder.setBitrate(BITS_PER_SECOND)
  }

  /** @param chunk 960 samples at 16 kHz; a shorter one, the last, is filled up with silence */
  encode(chunk: Float32Array): Uint8Array {
    const frame = new Float32Array(OPUS_FRAME_SAMPLES)
    frame.set(chunk)
    const pcm = floatToPcm16(frame)
    return this.#encoder.encode(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength), OPUS_FRAME_SAMPLES)
  }

  /** Once; the encoder is gone then. */
  free(): void {
    this.#encoder.delete()
  }
}
