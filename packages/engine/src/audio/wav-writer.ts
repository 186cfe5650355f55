import { SpeechError } from '../errors.ts'
import { floatToPcm16 } from './pcm16.ts'

const HEADER_BYTES = 44
const SAMPLE_BYTES = 2
const MAX_SAMPLES = Math.floor((0xffff_fffe - HEADER_BYTES) / SAMPLE_BYTES)

/**
 * A mono 16-bit PCM WAV file. Samples outside [-1, 1) are clipped.
 *
 * @param samples mono, nominally in [-1, 1]
 * @param sampleRate Hz, a whole number from 1 on
 * @throws SpeechError `invalid-audio` for NaN and infinities; `invalid-argument` for a rate or a length that the format cannot hold
 */
export function writeWav(samples: Float32Array, sampleRate = 16_000): Uint8Array {
  if (!Number.isInteger(sampleRate) || sampleRate < 1 || sampleRate > 0x7fff_ffff) {
    throw new SpeechError('invalid-argument', `a WAV file cannot hold a sample rate of ${sampleRate} Hz`)
  }
  if (samples.length > MAX_SAMPLES) {
    throw new SpeechError(
      'invalid-argument',
      `a WAV file holds up to ${MAX_SAMPLES} samples, got ${samples.length}`,
    )
  }
  const pcm = floatToPcm16(samples)
  const dataBytes = pcm.length * SAMPLE_BYTES
  const bytes = new Uint8Array(HEADER_BYTES + dataBytes)
  const view = new DataView(bytes.buffer)
  const id = (at: number, name: string): void => {
    for (let index = 0; index < 4; index += 1) bytes[at + index] = name.charCodeAt(index)
  }
  id(0, 'RIFF')
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true)
  id(8, 'WAVE')
  id(12, 'fmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, sampleRate * SAMPLE_BYTES, true)
  view.setUint16(32, SAMPLE_BYTES, true)
  view.setUint16(34, 8 * SAMPLE_BYTES, true)
  id(36, 'data')
  view.setUint32(40, dataBytes, true)
  for (let index = 0; index < pcm.length; index += 1) {
    view.setInt16(HEADER_BYTES + index * SAMPLE_BYTES, pcm[index] as number, true)
  }
  return bytes
}
