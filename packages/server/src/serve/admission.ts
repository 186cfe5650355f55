import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { SpeechError } from '@sensevoice-web/engine'
import type { ServeConfig } from './config.ts'
import { isLoopback } from './loopback.ts'
import { admits } from './tokens.ts'

/** A connection that is let in. */
export interface Admitted {
  readonly device: string
  readonly address: string
  /** The header `Protocol-Version`; NaN without. */
  readonly version: number
  /** `?sample_rate=` of PCM whose rate firmware does not tell rightly; 16000 without. */
  readonly sampleRate: number
}

/** Why a connection is not made, as an HTTP answer. */
export class Refusal extends Error {
  readonly status: number
  readonly error: SpeechError
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, error: SpeechError, retryAfterSeconds?: number) {
    super(error.message)
    this.status = status
    this.error = error
    this.retryAfterSeconds = retryAfterSeconds
  }
}

const DEVICE = /^[A-Za-z0-9._:-]{1,64}$/
const RETRY_SECONDS = 5

type Rules = Pick<ServeConfig, 'tokens' | 'origins' | 'connections' | 'perAddress' | 'trustProxy'>

/** Who may connect, and how many: all of it is asked before a socket is upgraded. */
export class Admission {
  readonly #rules: Rules
  readonly #perAddress = new Map<string, number>()
  #connections = 0
  draining = false

  constructor(rules: Rules) {
    this.#rules = rules
  }

  get connections(): number {
    return this.#connections
  }

  /**
   * Lets a request in, or not.
   *
   * @throws Refusal
   */
  enter(request: IncomingMessage): Admitted {
    if (this.draining) throw later(503, 'the server is going away')
    const url = new URL(request.url ?? '/', 'http://localhost')
    const device = deviceOf(request, url)
    const { origin } = request.headers
    const { origins, tokens } = this.#rules
    const own = isOwn(origin, request.headers.host, tokens.type !== 'none')
    if (origins.length > 0 && origin !== undefined && !own && !origins.includes(origin)) {
      throw new Refusal(403, new SpeechError('invalid-argument', 'pages of this origin may not connect'))
    }
    if (!admits(tokens, device, tokenOf(request, url), Date.now() / 1000)) {
      throw new Refusal(
        401,
        new SpeechError('invalid-argument', 'the token is missing, wrong or expired', {
          hint: 'Send "Authorization: Bearer TOKEN", or ?token=TOKEN.',
        }),
      )
    }
    const address = this.#addressOf(request)
    if (this.#connections >= this.#rules.connections) throw later(503, 'all connections are taken')
    if ((this.#perAddress.get(address) ?? 0) >= this.#rules.perAddress) {
      throw later(429, 'there are too many connections from this address')
    }
    this.#connections += 1
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1)
    return { device, address, version: Number(request.headers['protocol-version']), sampleRate: rateOf(url) }
  }

  leave({ address }: Pick<Admitted, 'address'>): void {
    this.#connections -= 1
    const left = (this.#perAddress.get(address) ?? 1) - 1
    if (left > 0) this.#perAddress.set(address, left)
    else this.#perAddress.delete(address)
  }

  #addressOf(request: IncomingMessage): string {
    const forwarded = request.headers['x-forwarded-for']
    // The last one is what the proxy itself saw.
    const last =
      this.#rules.trustProxy &&
      String(forwarded ?? '')
        .split(',')
        .at(-1)
        ?.trim()
    return last || (request.socket.remoteAddress ?? '')
  }
}

function deviceOf(request: IncomingMessage, url: URL): string {
  const inPath = /^\/ws\/([^/]+)\/?$/.exec(url.pathname)?.[1]
  const device =
    inPath === undefined
      ? String(request.headers['device-id'] ?? url.searchParams.get('device_id') ?? '')
      : safelyDecoded(inPath)
  if ((inPath !== undefined || /^\/ws\/?$/.test(url.pathname)) && DEVICE.test(device)) return device
  throw new Refusal(
    400,
    new SpeechError(
      'invalid-argument',
      'a connection is made to /ws/DEVICE, or to /ws with a Device-Id header',
      {
        hint: 'A device id has 1 to 64 of the characters A-Z a-z 0-9 . _ : -',
      },
    ),
  )
}

function rateOf(url: URL): number {
  const text = url.searchParams.get('sample_rate')
  const rate = Number(text ?? 16_000)
  if (rate >= 8000 && rate <= 48_000) return rate
  throw new Refusal(400, new SpeechError('sample-rate-unsupported', 'sample_rate must lie in 8000 to 48000'))
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

function tokenOf(request: IncomingMessage, url: URL): string | undefined {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  return bearer ?? url.searchParams.get('token') ?? undefined
}

/**
 * Whether it is the server's own address, which firmware sends as an origin; a list is for pages.
 *
 * @param guarded by tokens: without any, a name does not count, since a page elsewhere can have its own name lead here
 */
function isOwn(origin: string | undefined, host: string | undefined, guarded: boolean): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false
  const url = new URL(origin)
  const name = url.hostname.replace(/^\[|\]$/g, '')
  return url.host === host && (guarded || isLoopback(name) || isIP(name) !== 0)
}

function later(status: number, what: string): Refusal {
  const error = new SpeechError('busy', what, { hint: 'Try again later.', retryable: true })
  return new Refusal(status, error, RETRY_SECONDS)
}
