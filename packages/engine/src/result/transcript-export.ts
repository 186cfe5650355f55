import type { SpeechResult } from './speech-result.ts'

/** Plain text: one line a result in order of time; results without text are left out. */
export function toPlainText(results: readonly SpeechResult[]): string {
  return inOrder(results)
    .filter((result) => result.text !== '')
    .map((result) => `${result.text}\n`)
    .join('')
}

/** What `toTranscriptJson` writes. */
export interface TranscriptFile {
  readonly format: 'sensevoice-transcript'
  readonly version: 1
  readonly results: readonly SpeechResult[]
}

/** A `TranscriptFile` with every field of every result in order of time, indented for people. */
export function toTranscriptJson(results: readonly SpeechResult[]): string {
  const file: TranscriptFile = { format: 'sensevoice-transcript', version: 1, results: inOrder(results) }
  return `${JSON.stringify(file, null, 2)}\n`
}

function inOrder(results: readonly SpeechResult[]): readonly SpeechResult[] {
  return [...results].sort((first, second) => first.startMs - second.startMs)
}
