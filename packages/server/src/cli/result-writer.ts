import { type SpeechResult, toSrt, toVtt } from '@sensevoice-web/engine'
import type { OutputFormat } from './read-arguments.ts'

/** Turns the results of one file into output, as they come. */
export interface ResultWriter {
  result(result: SpeechResult): string
  /** What follows the last result. */
  end(): string
}

/** @param severalFiles whether people need to be told which file a line belongs to */
export function resultWriter(format: OutputFormat, file: string, severalFiles: boolean): ResultWriter {
  switch (format) {
    case 'json':
      return {
        result: ({ startMs, endMs, ...rest }) => `${JSON.stringify({ file, startMs, endMs, ...rest })}\n`,
        end: () => '',
      }
    case 'srt':
      return atTheEnd(toSrt)
    case 'vtt':
      return atTheEnd(toVtt)
    case 'text':
      return lines(file, severalFiles)
  }
}

function atTheEnd(write: (results: readonly SpeechResult[]) => string): ResultWriter {
  const results: SpeechResult[] = []
  return {
    result(result) {
      results.push(result)
      return ''
    },
    end: () => write(results),
  }
}

function lines(file: string, severalFiles: boolean): ResultWriter {
  let count = 0
  const heading = severalFiles ? `${file}\n` : ''
  return {
    result(result) {
      count += 1
      return (count === 1 ? heading : '') + line(result)
    },
    end: () => (count === 0 ? `${heading}(no speech found)\n` : ''),
  }
}

function line(result: SpeechResult): string {
  const from = clockTime(result.startMs)
  const to = clockTime(result.endMs)
  const score = result.languageScores?.[result.language]
  const language = result.languageForced ? `${result.language} (forced)` : withScore(result.language, score)
  // A model that gives most of its probability to "unknown" is not quoted with one of the seven.
  const shown = result.emotionUnknown >= 0.5 ? 'unknown' : result.emotion
  const emotion = withScore(`emotion ${shown}`, result.emotionScoresWithUnknown[shown])
  const event = withScore(result.event, result.eventScores[result.event])
  return `[${from} - ${to}] ${language}, ${emotion}, ${event}: ${result.text === '' ? '(no words)' : result.text}\n`
}

function withScore(name: string, score: number | undefined): string {
  return score === undefined ? name : `${name} ${Math.round(score * 100)}%`
}

function clockTime(ms: number): string {
  const tenths = Math.round(ms / 100)
  const minutes = Math.floor(tenths / 600)
  return `${minutes}:${((tenths % 600) / 10).toFixed(1).padStart(4, '0')}`
}
