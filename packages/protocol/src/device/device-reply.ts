import type { Language, SpeechError, SpeechResult } from '@sensevoice-web/engine'
import { fitted } from '../fitted.ts'
import { errorWords } from './error-words.ts'
import { type FiveEmotion, fiveEmotions } from './five-emotions.ts'

/** What the buffer of a BK7258 holds, less one for its end. */
export const DEVICE_REPLY_BYTES = 4095

/** One reply of the device protocol. */
export interface DeviceReply {
  readonly text: string
  readonly emotion: FiveEmotion
  readonly emotion_scores: Readonly<Record<FiveEmotion, number>>
  readonly language: Language
  readonly language_scores: Readonly<Partial<Record<Language, number>>>
  readonly confidence: number
  readonly latency_ms: number
  readonly final: boolean
}

/**
 * The reply to one message, under 4096 bytes: a text that is too long is cut, and `truncated` says so.
 *
 * @param result the newest state of the utterance; undefined before anything is known of it
 */
export function writeDeviceReply(
  result: SpeechResult | undefined,
  { final, latencyMs }: { final: boolean; latencyMs: number },
): string {
  const five = result === undefined ? undefined : fiveEmotions(result.emotionScores)
  const reply: DeviceReply = {
    text: result?.text ?? '',
    emotion: five?.emotion ?? 'neutral',
    emotion_scores: rounded(five?.scores ?? { neutral: 1, happy: 0, sad: 0, angry: 0, surprised: 0 }),
    language: result?.language ?? 'nospeech',
    language_scores: rounded(result?.languageScores ?? { [result?.language ?? 'nospeech']: 1 }),
    confidence: round(result?.confidence ?? 0),
    latency_ms: Math.round(latencyMs),
    final,
  }
  return fitted(reply, 'text', DEVICE_REPLY_BYTES)
}

/** @param retryAfterMs only when the server is overloaded */
export function writeDeviceError(error: SpeechError, retryAfterMs?: number): string {
  const more = retryAfterMs === undefined ? {} : { retry_after_ms: Math.round(retryAfterMs) }
  return fitted({ error: errorWords(error), code: error.code, ...more }, 'error', DEVICE_REPLY_BYTES)
}

function rounded<Name extends string>(scores: Readonly<Partial<Record<Name, number>>>): Record<Name, number> {
  return Object.fromEntries(
    Object.entries(scores).map(([name, score]) => [name, round(score as number)]),
  ) as Record<Name, number>
}

/** Six decimals: what a reader can use, in half the bytes. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
