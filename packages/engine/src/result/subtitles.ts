import type { SpeechResult } from './speech-result.ts'
import { type SubtitleOptions, subtitleCues } from './subtitle-cues.ts'

/** SubRip: numbered cues, comma before the milliseconds. Empty when no result has text. */
export function toSrt(results: readonly SpeechResult[], options: SubtitleOptions = {}): string {
  return subtitleCues(results, options)
    .map(
      ({ startMs, endMs, lines }, index) =>
        `${index + 1}\n${clockTime(startMs, ',')} --> ${clockTime(endMs, ',')}\n${lines.join('\n')}\n`,
    )
    .join('\n')
}

/** WebVTT: what `<track>` takes. `&`, `<` and `>` of the text are written as character references. */
export function toVtt(results: readonly SpeechResult[], options: SubtitleOptions = {}): string {
  const cues = subtitleCues(results, options).map(
    ({ startMs, endMs, lines }) =>
      `${clockTime(startMs, '.')} --> ${clockTime(endMs, '.')}\n${lines.map(escaped).join('\n')}\n`,
  )
  return ['WEBVTT\n', ...cues].join('\n')
}

function clockTime(ms: number, separator: ',' | '.'): string {
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor(ms / 60_000) % 60
  const seconds = Math.floor(ms / 1000) % 60
  return `${digits(hours, 2)}:${digits(minutes, 2)}:${digits(seconds, 2)}${separator}${digits(ms % 1000, 3)}`
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
