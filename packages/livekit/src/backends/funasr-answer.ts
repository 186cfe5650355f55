import type { AudioSegment } from '@sensevoice-web/engine'
import type { UtteranceAnswer } from '../utterance-answer.ts'
import { joinTexts, type TimedWord } from '../words.ts'
import { readTags } from './funasr-tags.ts'

/** One message of a FunASR server, as far as it is of use. */
export interface FunasrMessage {
  /** `offline`, `online`, `2pass-online`, `2pass-offline`. */
  readonly mode: string
  readonly text: string
  /** The servers do not agree what it means. */
  readonly isFinal: boolean
  /** `[[startMs, endMs], …]` of the words, from the start of the sound; empty when the server's model has none. */
  readonly timestamps: readonly (readonly [number, number])[]
}

/** Undefined for what is no result. */
export function readFunasrMessage(data: string): FunasrMessage | undefined {
  let message: unknown
  try {
    message = JSON.parse(data)
  } catch {
    return undefined
  }
  if (typeof message !== 'object' || message === null) return undefined
  const { mode, text, is_final: isFinal, timestamp } = message as Record<string, unknown>
  if (typeof mode !== 'string' || typeof text !== 'string') return undefined
  return { mode, text, isFinal: isFinal === true, timestamps: readTimestamps(timestamp) }
}

/** The sentences of one utterance as its answer. Servers tell no confidence; words have times only where there is one for each. */
export function funasrAnswer(sentences: readonly FunasrMessage[], segment: AudioSegment): UtteranceAnswer {
  const tagged = sentences.map(({ text }) => readTags(text))
  const { emotion, event } = {
    emotion: tagged.find((one) => one.emotion !== undefined)?.emotion,
    event: tagged.find((one) => one.event !== undefined)?.event,
  }
  const startMs = segment.startSamples / 16
  return {
    text: joinTexts(tagged.map(({ text }) => text)),
    language: tagged.find(({ language }) => language !== '')?.language ?? '',
    startMs,
    endMs: startMs + segment.samples.length / 16,
    confidence: 0,
    words: sentences.flatMap(({ timestamps }, index) =>
      timedWords(tagged[index]?.text ?? '', timestamps, startMs),
    ),
    metadata: {
      ...(emotion === undefined ? {} : { emotion }),
      ...(event === undefined ? {} : { event }),
    },
  }
}

function timedWords(
  text: string,
  timestamps: readonly (readonly [number, number])[],
  startMs: number,
): TimedWord[] {
  const words =
    text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{Letter}\p{Number}'’-]+/gu) ?? []
  if (words.length !== timestamps.length) return []
  return words.map((word, index) => {
    const [fromMs, toMs] = timestamps[index] ?? [0, 0]
    return { text: word, startMs: startMs + fromMs, endMs: startMs + toMs, confidence: 0 }
  })
}

/** The servers send a list as text. */
function readTimestamps(value: unknown): readonly (readonly [number, number])[] {
  let list: unknown = value
  if (typeof value === 'string') {
    try {
      list = JSON.parse(value)
    } catch {
      return []
    }
  }
  if (!Array.isArray(list)) return []
  const pairs = list.filter(
    (pair): pair is [number, number] =>
      Array.isArray(pair) && typeof pair[0] === 'number' && typeof pair[1] === 'number',
  )
  return pairs.length === list.length ? pairs : []
}
