import { SpeechError } from '../errors.ts'

/**
 * Refuses NaN and infinities, which would otherwise spread through filters and features without a trace. One multiply-add a sample.
 *
 * @param samples any range, any length
 * @param what name of the sound in the message, e.g. `audio chunk`
 * @throws SpeechError `invalid-audio` naming the first such sample
 */
export function assertFiniteSamples(samples: Float32Array, what: string): void {
  // Any finite number times zero is zero; NaN and infinities turn the sum into NaN and nothing turns it back.
  let probe = 0
  for (let index = 0; index < samples.length; index += 1) probe += (samples[index] as number) * 0
  if (probe === 0) return
  const bad = samples.findIndex((sample) => !Number.isFinite(sample))
  throw new SpeechError('invalid-audio', `${what}: sample ${bad} of ${samples.length} is ${samples[bad]}`, {
    hint: 'Samples are numbers in [-1, 1]; look for a division by zero or uninitialized memory where this sound is made.',
  })
}
