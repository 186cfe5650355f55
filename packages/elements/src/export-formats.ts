import { type SpeechResult, toPlainText, toSrt, toTranscriptJson, toVtt } from '@sensevoice-web/engine'

/** The ways a transcript leaves the page. */
export const EXPORT_FORMATS = {
  txt: { name: 'Text', type: 'text/plain', write: toPlainText },
  json: { name: 'JSON', type: 'application/json', write: toTranscriptJson },
  srt: {
    name: 'SRT',
    type: 'application/x-subrip',
    write: (results: readonly SpeechResult[]) => toSrt(results),
  },
  vtt: { name: 'WebVTT', type: 'text/vtt', write: (results: readonly SpeechResult[]) => toVtt(results) },
} as const

export type ExportFormat = keyof typeof EXPORT_FORMATS
