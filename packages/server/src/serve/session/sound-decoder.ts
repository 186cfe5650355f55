import { pcm16ToFloat, SpeechError } from '@sensevoice-web/engine'
import type { StreamAudio } from '@sensevoice-web/protocol'
import { OpusDecoder } from 'opus-decoder'

/** Payloads of frames to mono samples in [-1, 1]. */
export interface SoundDecoder {
  /** @throws SpeechError `invalid-audio` */
  decode(payload: Uint8Array): Float32Array
  free(): void
}

export async function createSoundDecoder({ format }: StreamAudio): Promise<SoundDecoder> {
  if (format === 'pcm16') return { decode: decodePcm16, free: () => {} }
  const opus = new OpusDecoder({ sampleRate: 16_000, channels: 1 })
  await opus.ready
  return {
    decode: (payload) => {
      // It throws nothing, but tells what it could not read.
      const { channelData, errors } = opus.decodeFrame(payload)
      const [samples] = channelData
      if (errors.length === 0 && samples !== undefined && samples.length > 0) return samples.slice()
      throw new SpeechError('invalid-audio', 'a frame holds no Opus packet')
    },
    free: () => opus.free(),
  }
}

function decodePcm16(payload: Uint8Array): Float32Array {
  if (payload.length % 2 !== 0) {
    throw new SpeechError('invalid-audio', `${payload.length} bytes are no whole samples of 16 bits`)
  }
  // A view needs an even offset, which a piece of a message may not have. No `slice`: a Buffer's own makes another view.
  const aligned = payload.byteOffset % 2 === 0 ? payload : new Uint8Array(payload)
  return pcm16ToFloat(new Int16Array(aligned.buffer, aligned.byteOffset, aligned.length / 2))
}
