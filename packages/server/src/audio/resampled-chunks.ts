import { Resampler } from '@sensevoice-web/engine'
import type { DecodedAudio } from './decoded-audio.ts'

/** Input of one step, in seconds. */
const CHUNK_SECONDS = 0.5

/**
 * The sound at 16 kHz, chunk by chunk as it is asked for.
 *
 * @throws SpeechError `sample-rate-unsupported` outside 8 to 192 kHz
 */
export function* resampledChunks({
  samples,
  sampleRate,
}: DecodedAudio): Generator<Float32Array, void, undefined> {
  const resampler = new Resampler(sampleRate)
  const step = Math.ceil(sampleRate * CHUNK_SECONDS)
  for (let at = 0; at < samples.length; at += step) yield resampler.push(samples.subarray(at, at + step))
  yield resampler.flush()
}
