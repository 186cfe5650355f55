import { SpeechError } from '../errors.ts'
import type { RecognizeOptions, Recognizer } from '../model/ports.ts'
import type { SpeechResult } from './speech-result.ts'

/**
 * Longest sound taken as one segment, 5 minutes at 16 kHz. Attention grows with the square of the length (SenseVoice already loses accuracy
 * past 30 s), and twice as much would need gigabytes.
 */
export const LONGEST_WHOLE_SOUND_SAMPLES = 5 * 60 * 16_000

/**
 * A finite sound as one segment, without looking for speech in it.
 *
 * @param sound chunks of any length, 16 kHz mono in [-1, 1]
 * @throws SpeechError `invalid-audio` when there is no sample, or more than `LONGEST_WHOLE_SOUND_SAMPLES`; whatever the recognizer throws
 */
export async function analyzeWholeSound(
  sound: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  recognizer: Recognizer,
  options: RecognizeOptions = {},
): Promise<SpeechResult> {
  const chunks: Float32Array[] = []
  let length = 0
  for await (const chunk of sound) {
    chunks.push(chunk)
    length += chunk.length
    if (length > LONGEST_WHOLE_SOUND_SAMPLES) {
      throw new SpeechError(
        'invalid-audio',
        'the sound is longer than the 5 minutes that fit into one segment',
        {
          hint: 'Let voice activity detection cut it into segments.',
        },
      )
    }
  }
  if (length === 0) throw new SpeechError('invalid-audio', 'the sound has no samples')
  const samples = new Float32Array(length)
  let at = 0
  for (const chunk of chunks) {
    samples.set(chunk, at)
    at += chunk.length
  }
  return recognizer.recognize({ id: 0, samples, startSamples: 0 }, options)
}
