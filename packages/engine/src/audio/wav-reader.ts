import { SpeechError } from '../errors.ts'
import { assertFiniteSamples } from './finite.ts'
import { findWavChunks } from './wav-chunks.ts'
import { parseWavFormat, type WavFormat } from './wav-format.ts'

/** The sound of a WAV file. */
export interface WavAudio {
  /** Mean of all channels, nominally in [-1, 1] (float files may exceed it), at the file's own rate. */
  readonly samples: Float32Array
  /** Hz, as the file says; not resampled. */
  readonly sampleRate: number
  /** How the samples are stored in the file. */
  readonly format: WavFormat
}

/**
 * Reads PCM of 8, 16, 24 or 32 bits and float of 32 or 64 bits, plain, extensible or RF64, with any number of channels.
 *
 * @param file the whole file; not kept
 * @throws SpeechError `invalid-wav` naming what is broken; `unsupported-audio` naming an encoding that is not read; `invalid-audio` when a
 *   float sample is NaN or infinite
 */
export function readWav(file: Uint8Array | ArrayBuffer): WavAudio {
  const { format: formatChunk, data } = findWavChunks(
    file instanceof Uint8Array ? file : new Uint8Array(file),
  )
  const format = parseWavFormat(formatChunk)
  if (data.byteLength % format.blockBytes !== 0) {
    throw new SpeechError(
      'invalid-wav',
      `broken WAV file: ${data.byteLength} bytes of sound are not a whole number of ${format.blockBytes}-byte blocks`,
      { hint: 'The file was cut in the middle of a sample: fetch or write it again.' },
    )
  }
  const samples = downmix(data, format)
  assertFiniteSamples(samples, 'WAV file')
  return { samples, sampleRate: format.sampleRate, format }
}

function downmix(data: DataView, format: WavFormat): Float32Array {
  const { channels, blockBytes } = format
  const read = sampleReader(format)
  const sampleBytes = blockBytes / channels
  const mono = new Float32Array(data.byteLength / blockBytes)
  for (let frame = 0, at = 0; frame < mono.length; frame += 1) {
    let sum = 0
    for (let channel = 0; channel < channels; channel += 1, at += sampleBytes) sum += read(data, at)
    mono[frame] = sum / channels
  }
  return mono
}

/** Reads one sample to [-1, 1). Integers are signed, but those of 8 bits are not. */
function sampleReader({ encoding, bitsPerSample }: WavFormat): (data: DataView, at: number) => number {
  switch (bitsPerSample) {
    case 8:
      return (data, at) => (data.getUint8(at) - 2 ** 7) / 2 ** 7
    case 16:
      return (data, at) => data.getInt16(at, true) / 2 ** 15
    case 24:
      return (data, at) => (data.getInt8(at + 2) * 2 ** 16 + data.getUint16(at, true)) / 2 ** 23
    case 32:
      return encoding === 'float'
        ? (data, at) => data.getFloat32(at, true)
        : (data, at) => data.getInt32(at, true) / 2 ** 31
    case 64:
      return (data, at) => data.getFloat64(at, true)
  }
}
