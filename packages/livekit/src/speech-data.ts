import { asLanguageCode, type stt, voice } from '@livekit/agents'
import type { UtteranceAnswer } from './utterance-answer.ts'
import { joinTexts } from './words.ts'

/**
 * An answer as LiveKit wants it: times in seconds.
 *
 * @param offsetSeconds where the stream begins on the session's clock
 */
export function speechData(answer: UtteranceAnswer, offsetSeconds: number): stt.SpeechData {
  const seconds = (ms: number) => offsetSeconds + ms / 1000
  return {
    language: asLanguageCode(answer.language),
    text: answer.text,
    startTime: seconds(answer.startMs),
    endTime: seconds(answer.endMs),
    confidence: answer.confidence,
    words: answer.words.map(({ text, startMs, endMs, confidence }) =>
      voice.createTimedString({
        text,
        startTime: seconds(startMs),
        endTime: seconds(endMs),
        startTimeOffset: offsetSeconds,
        confidence,
      }),
    ),
    metadata: { ...answer.metadata },
  }
}

/** The answers of one turn as one; language, confidence and metadata are those of the answer with most text. Undefined of none. */
export function joinedAnswer(answers: readonly UtteranceAnswer[]): UtteranceAnswer | undefined {
  const [first] = answers
  const last = answers.at(-1)
  if (first === undefined || last === undefined) return undefined
  if (answers.length === 1) return first
  const longest = answers.reduce((most, answer) => (answer.text.length > most.text.length ? answer : most))
  return {
    ...longest,
    text: joinTexts(answers.map(({ text }) => text)),
    startMs: first.startMs,
    endMs: last.endMs,
    words: answers.flatMap(({ words }) => words),
  }
}
