import type { IncomingMessage } from 'node:http'
import type { ServeConfig } from '../config.ts'
import { isLoopback } from '../loopback.ts'
import { admits, signToken } from '../tokens.ts'

type Rules = Pick<ServeConfig, 'host' | 'statusToken' | 'trustProxy' | 'tls'>

const COOKIE = 'sensevoice-status'
const SIGNED_IN_SECONDS = 12 * 3600
/** What the cookie is signed for: no token of a device is one for this page, whatever the secrets are. */
const PURPOSE = 'status page'
/** What proxies write: with any of them the other end of the socket is not who asks. */
const PROXIED = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via']

/**
 * Who may see the status. With a token, whoever has it: in `Authorization: Bearer`, or in exchange for a cookie. Without one, only people at
 * this machine; for all others there is no such page.
 */
export class StatusAccess {
  readonly #rules: Rules

  constructor(rules: Rules) {
    this.#rules = rules
  }

  /** Whether there can be anybody who sees it. */
  get offered(): boolean {
    const { statusToken, host, trustProxy } = this.#rules
    return statusToken !== undefined || (isLoopback(host) && !trustProxy)
  }

  ask(request: IncomingMessage): 'granted' | 'token-needed' | 'hidden' {
    const { statusToken } = this.#rules
    if (statusToken === undefined) return this.offered && fromThisMachine(request) ? 'granted' : 'hidden'
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    return this.#rightToken(bearer) || this.signedIn(request) ? 'granted' : 'token-needed'
  }

  /** Whether it is a cookie that lets this one in. */
  signedIn({ headers }: IncomingMessage): boolean {
    const { statusToken: secret } = this.#rules
    if (secret === undefined) return false
    const values = (headers.cookie ?? '').split(';').flatMap((pair) => {
      const [name, value] = pair.trim().split('=')
      return name === COOKIE && value !== undefined ? [value] : []
    })
    const rule = { type: 'signed', secret } as const
    return values.some((value) => admits(rule, PURPOSE, value, Date.now() / 1000))
  }

  /** @returns the header `Set-Cookie` for the right token; it does not hold the token itself */
  signIn(token: string, request: IncomingMessage): string | undefined {
    const { statusToken } = this.#rules
    if (statusToken === undefined || !this.#rightToken(token)) return undefined
    const expires = Math.floor(Date.now() / 1000) + SIGNED_IN_SECONDS
    return this.#cookie(signToken(statusToken, PURPOSE, expires), SIGNED_IN_SECONDS, request)
  }

  /** @returns the header `Set-Cookie` that takes the cookie away */
  signOut(request: IncomingMessage): string {
    return this.#cookie('', 0, request)
  }

  #rightToken(token: string | undefined): boolean {
    const { statusToken } = this.#rules
    return statusToken !== undefined && admits({ type: 'one', token: statusToken }, '', token, 0)
  }

  #cookie(value: string, seconds: number, { headers }: IncomingMessage): string {
    const { tls, trustProxy } = this.#rules
    const secure = tls !== undefined || (trustProxy && headers['x-forwarded-proto'] === 'https')
    return `${COOKIE}=${value}; Path=/status; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  }
}

/** A page elsewhere can have its own name lead to this machine: what its visitors ask for then names that host, not this one. */
function fromThisMachine({ headers, socket }: IncomingMessage): boolean {
  const { host } = headers
  if (host === undefined || !URL.canParse(`http://${host}`)) return false
  const asked = new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '')
  return (
    isLoopback(asked) &&
    isLoopback(socket.remoteAddress?.replace(/^::ffff:/, '') ?? '') &&
    PROXIED.every((name) => headers[name] === undefined)
  )
}
