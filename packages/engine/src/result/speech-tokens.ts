import type { CtcToken } from '../decode/ctc-greedy.ts'
import { tokenTimes } from '../decode/token-times.ts'
import type { Vocabulary } from '../decode/vocabulary.ts'
import { trimmedTexts } from './joined-text.ts'
import type { SpeechToken } from './speech-result.ts'

/**
 * Names and times of a greedy path. Tags and other control tokens that the model emitted among the speech frames are no text and are left
 * out, and so is white space around the whole.
 *
 * @param path tokens in order of time
 * @param segmentStartMs absolute start of the segment
 * @param segmentEndMs absolute end of the segment
 */
export function speechTokens(
  path: readonly CtcToken[],
  vocabulary: Vocabulary,
  segmentStartMs: number,
  segmentEndMs: number,
): readonly SpeechToken[] {
  const times = tokenTimes(path, segmentStartMs, segmentEndMs)
  const texts = trimmedTexts(path.map((token) => vocabulary.text(token.id)))
  const tokens: SpeechToken[] = []
  for (const [index, { id, probability }] of path.entries()) {
    const text = texts[index]
    const time = times[index]
    if (text === undefined || text === '' || time === undefined) continue
    tokens.push({ text, id, startMs: time.startMs, endMs: time.endMs, probability })
  }
  return tokens
}
