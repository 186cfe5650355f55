import { OUTPUT_FRAME_MS } from '../decode/token-times.ts'
import type { AudioSegment, RecognizeOptions } from '../model/ports.ts'
import type { SpeechResult, SpeechToken } from '../result/speech-result.ts'

const SAMPLES_PER_MS = 16

/**
 * A whole result that says `text`, one token a word spread evenly over the segment, English unless forced, neutral, speech, all timings 0.
 * Positions are the segment's own.
 */
export function scriptedResult(
  text: string,
  segment: AudioSegment,
  options: RecognizeOptions = {},
): SpeechResult {
  const { language = 'auto', withItn = true } = options
  const endSamples = segment.startSamples + segment.samples.length
  const startMs = segment.startSamples / SAMPLES_PER_MS
  const endMs = endSamples / SAMPLES_PER_MS
  const words = text.match(/ ?[^ ]+/g) ?? []
  const wordMs = (endMs - startMs) / Math.max(1, words.length)
  const tokens = words.map((word, index): SpeechToken => {
    const wordStartMs = startMs + index * wordMs
    const wordEndMs = Math.min(wordStartMs + Math.max(wordMs, OUTPUT_FRAME_MS), endMs)
    return { text: word, id: index + 1, startMs: wordStartMs, endMs: wordEndMs, probability: 1 }
  })
  const emotionScores = {
    neutral: 1,
    happy: 0,
    sad: 0,
    angry: 0,
    surprised: 0,
    fearful: 0,
    disgusted: 0,
  }
  return {
    segmentId: segment.id,
    text,
    tokens,
    ...(language === 'auto'
      ? { language: 'en', languageForced: false, languageScores: { en: 1 } }
      : { language, languageForced: true }),
    emotion: 'neutral',
    emotionScores,
    emotionUnknown: 0,
    emotionScoresWithUnknown: { ...emotionScores, unknown: 0 },
    event: 'speech',
    eventScores: { speech: 1 },
    confidence: 1,
    withItn,
    startMs,
    endMs,
    startSamples: segment.startSamples,
    endSamples,
    timings: { frontEndMs: 0, inferenceMs: 0, decodeMs: 0, totalMs: 0 },
  }
}
