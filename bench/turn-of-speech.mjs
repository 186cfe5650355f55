// What one speaker of the load benchmarks says again and again: 5 s of recorded digits between silence, at 16 kHz.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
export const SAMPLES_PER_MS = 16
/** Silence, speech, silence. */
const [BEFORE_MS, SPEECH_MS] = [250, 5000]
export const TURN_MS = 6500
export const SPEECH_END_MS = BEFORE_MS + SPEECH_MS
const FRAME = 160
const LOUD = 0.03 * 32_768

/** The recorded digits without the pauses between them, which would be utterances of their own. 16-bit, TURN_MS long. */
export function turnOfSpeech() {
  const wav = readFileSync(`${root}demo/public/samples/en-digits-jackson.wav`)
  const digits = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length))
  const loud = (at) => digits.subarray(at, at + FRAME).some((value) => Math.abs(value) > LOUD)
  const frames = Array.from({ length: Math.floor(digits.length / FRAME) }, (_, frame) => frame * FRAME)
  const dense = Int16Array.from(
    frames
      .filter((at) => loud(at) || loud(at + 5 * FRAME))
      .flatMap((at) => [...digits.subarray(at, at + FRAME)]),
  )
  const turn = new Int16Array(TURN_MS * SAMPLES_PER_MS)
  const end = SPEECH_END_MS * SAMPLES_PER_MS
  for (let at = BEFORE_MS * SAMPLES_PER_MS; at < end; at += dense.length)
    turn.set(dense.subarray(0, end - at), at)
  return turn
}
