import { SpeechError } from '@sensevoice-web/engine'
import type { RemoteOptions } from '../../api/options.ts'

/** The companion that an analyzer speaks to. */
export interface RemoteServer {
  /** With the token in its query: pages can set no header on a WebSocket. */
  readonly url: string
  /** For people: without the token. */
  readonly host: string
  readonly fallback: boolean
  /** How long a connection may be away before the page takes over. */
  readonly patienceMs: number
  /** Live sound is to be answered. */
  readonly reply: boolean
}

const PATIENCE_MS = 5000

/** @throws SpeechError `invalid-argument` for an address that is none of a WebSocket, `insecure-context` for one that this page may not ask */
export function remoteServer(remote: string | URL | RemoteOptions, baseUrl: string): RemoteServer {
  const options = typeof remote === 'string' || remote instanceof URL ? { url: remote } : remote
  const { fallback = true, patienceMs = PATIENCE_MS, reply = false, token } = options
  const url = addressOf(options.url, baseUrl)
  if (!(patienceMs >= 100 && patienceMs <= 30_000)) {
    throw new SpeechError('invalid-argument', `patienceMs must be 100 to 30000, got ${patienceMs}`)
  }
  if (token !== undefined) url.searchParams.set('token', token)
  return { url: url.href, host: url.host, fallback, patienceMs, reply }
}

function addressOf(address: string | URL, baseUrl: string): URL {
  if (!URL.canParse(address, baseUrl)) {
    throw new SpeechError('invalid-argument', `${address} is no address`, {
      hint: 'Give the companion’s WebSocket, as in wss://example.org/ws/my-page.',
    })
  }
  const url = new URL(address, baseUrl)
  if (url.protocol === 'http:') url.protocol = 'ws:'
  if (url.protocol === 'https:') url.protocol = 'wss:'
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw new SpeechError('invalid-argument', `${url.protocol} is no WebSocket’s address`, {
      hint: 'Give the companion’s WebSocket, as in wss://example.org/ws/my-page.',
    })
  }
  return url
}
