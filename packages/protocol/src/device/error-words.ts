import type { SpeechError } from '@sensevoice-web/engine'

/** What was wrong, and what to do about it, for a device's log or screen. */
export function errorWords({ message, hint }: SpeechError): string {
  return hint === '' ? message : `${message}. ${hint}`
}
