import { SpeechError } from '../errors.ts'
import { assertFiniteSamples } from './finite.ts'

/** Steps of 16-bit PCM per unit of float: -32768 is -1 exactly, and no sample reaches +1. */
export const PCM16_SCALE = 32768

/**
 * @param pcm signed 16-bit samples
 * @returns the same samples in [-1, 1), exactly
 */
export function pcm16ToFloat(pcm: Int16Array): Float32Array {
  const samples = new Float32Array(pcm.length)
  for (let index = 0; index < pcm.length; index += 1) samples[index] = (pcm[index] as number) / PCM16_SCALE
  return samples
}

/**
 * Rounds to the nearest step; what lies outside [-1, 1) is clipped. Inverse of `pcm16ToFloat`.
 *
 * @param samples mono or interleaved, nominally in [-1, 1]
 * @throws SpeechError `invalid-audio` for NaN and infinities
 */
export function floatToPcm16(samples: Float32Array): Int16Array {
  assertFiniteSamples(samples, 'audio for 16-bit PCM')
  const pcm = new Int16Array(samples.length)
  for (let index = 0; index < samples.length; index += 1) {
    const value = Math.round((samples[index] as number) * PCM16_SCALE)
    pcm[index] = Math.min(Math.max(value, -PCM16_SCALE), PCM16_SCALE - 1)
  }
  return pcm
}

/**
 * Mean of the channels, so that a voice on all of them keeps its level and nothing clips.
 *
 * @param interleaved `[frames, channels]` row by row
 * @param channels 1 or more
 * @returns `[frames]`, always a new array
 * @throws SpeechError `invalid-argument` when `channels` is not a positive whole number or does not divide the length
 */
export function downmixInterleaved(interleaved: Float32Array, channels: number): Float32Array {
  if (!Number.isInteger(channels) || channels < 1 || interleaved.length % channels !== 0) {
    throw new SpeechError(
      'invalid-argument',
      `${interleaved.length} interleaved samples are not a whole number of frames of ${channels} channels`,
    )
  }
  const mono = new Float32Array(interleaved.length / channels)
  for (let frame = 0, read = 0; frame < mono.length; frame += 1) {
    let sum = 0
    for (let channel = 0; channel < channels; channel += 1, read += 1) sum += interleaved[read] as number
    mono[frame] = sum / channels
  }
  return mono
}

/**
 * Mean of the channels, for sound that comes as one array a channel (Web Audio).
 *
 * @param channels one or more arrays of the same length
 * @returns always a new array
 * @throws SpeechError `invalid-argument` when there is no channel or the lengths differ
 */
export function downmixPlanar(channels: readonly Float32Array[]): Float32Array {
  const [first] = channels
  if (first === undefined || channels.some((channel) => channel.length !== first.length)) {
    throw new SpeechError(
      'invalid-argument',
      `expected channels of one length, got [${channels.map((channel) => channel.length).join(', ')}]`,
    )
  }
  if (channels.length === 1) return first.slice()
  const mono = new Float32Array(first.length)
  for (let frame = 0; frame < mono.length; frame += 1) {
    let sum = 0
    for (const channel of channels) sum += channel[frame] as number
    mono[frame] = sum / channels.length
  }
  return mono
}
