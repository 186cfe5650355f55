import { SpeechError } from '@sensevoice-web/engine'

/** @throws SpeechError `invalid-argument` */
export function checkUrl(url: string): void {
  if (/^wss?:\/\/[^/?#]+/.test(url)) return
  throw new SpeechError('invalid-argument', 'a companion has an address that begins with wss:// or ws://', {
    hint: 'For example wss://speech.example/ws/my-page.',
  })
}

/** For messages: an address may hold a token. */
export function hostOf(url: string): string {
  return /^wss?:\/\/([^/?#]+)/.exec(url)?.[1] ?? url
}
