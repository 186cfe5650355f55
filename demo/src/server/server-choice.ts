import type { RemoteOptions } from 'sensevoice-web'

/** The companion server that a visitor has named. */
export interface ServerChoice {
  readonly url: string
  /** For people. */
  readonly host: string
  readonly token: string
}

const KEY = 'sensevoice-demo-server'

/** @throws TypeError for an address that is none */
export function serverChoice(address: string, token: string): ServerChoice {
  const url = new URL(address, location.href)
  return { url: url.href, host: url.host, token }
}

/** What `SpeechAnalyzer.create` is told. */
export function remoteOf({ url, token }: ServerChoice, reply: boolean): RemoteOptions {
  return token === '' ? { url, reply } : { url, token, reply }
}

/** Keeps the address, to be offered by the next visit. Never the token; and no visit begins by sending sound away. */
export function rememberServer(url: string): void {
  try {
    localStorage.setItem(KEY, url)
  } catch {
    // Storage is forbidden: it has to be typed again.
  }
}

export function rememberedServer(): string {
  try {
    return localStorage.getItem(KEY) ?? ''
  } catch {
    return ''
  }
}
