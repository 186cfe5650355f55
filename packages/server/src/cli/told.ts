import type { SpeechError } from '@sensevoice-web/engine'

/** Where the command writes: results and messages. */
export interface Streams {
  out(text: string): void
  error(text: string): void
  /** Whether somebody watches the messages, so that a line may be rewritten. */
  readonly live?: boolean
}

/** An error for people: what failed, its code, and what to do. */
export function told(subject: string, { code, message, hint }: SpeechError): string {
  return `sensevoice: ${subject}: ${message} [${code}]\n${hint === '' ? '' : `  ${hint}\n`}`
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
