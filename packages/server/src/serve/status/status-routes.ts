import type { IncomingMessage, ServerResponse } from 'node:http'
import { faultAnswer, jsonAnswer } from '../json-answer.ts'
import type { ConnectedDevices } from './connected-devices.ts'
import { EventFeed } from './event-feed.ts'
import { PageFiles } from './page-files.ts'
import { readForm } from './read-form.ts'
import type { StatusAccess } from './status-access.ts'

const MOST_WATCHERS = 32
const RETRY_SECONDS = 5
/** The page needs nothing but its own files and this server. */
const PAGE_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

export interface StatusParts {
  readonly access: StatusAccess
  readonly devices: ConnectedDevices
  /** What is told of the server itself, beside its devices. */
  readonly server: () => object
  /** A reader was cut because it did not read. */
  readonly onSlow: () => void
  /** The built page; the one of this package unless given. */
  readonly files?: PageFiles
}

/** `/status` and what lies under it: docs/companion.md. */
export class StatusRoutes {
  readonly #parts: StatusParts
  readonly #files: PageFiles

  constructor(parts: StatusParts) {
    this.#parts = parts
    this.#files = parts.files ?? new PageFiles()
  }

  /** @returns false, with nothing answered, when for this one there is no such page */
  async answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> {
    const access = this.#parts.access.ask(request)
    if (access === 'hidden') return false
    const granted = access === 'granted'
    const events = /^\/status\/devices\/([^/]+)\/events$/.exec(path)?.[1]
    if (path === '/status/sign-in') await this.#signIn(request, response)
    else if (path === '/status/sign-out') this.#signOut(request, response)
    else if (path === '/status' || path === '/status/') this.#page(request, response, granted)
    else if (path.startsWith('/status/assets/')) this.#asset(request, response, path)
    else if (path !== '/status/devices' && events === undefined) return false
    else if (!granted) tokenNeeded(response)
    else if (events === undefined) this.#list(request, response)
    else this.#watch(request, response, decoded(events))
    return true
  }

  #list(request: IncomingMessage, response: ServerResponse): void {
    if (!allowed(request, response, 'GET', 'HEAD')) return
    const { server, devices, access } = this.#parts
    const body = { ...server(), signedIn: access.signedIn(request), devices: devices.statuses() }
    jsonAnswer(response, 200, body)
  }

  #watch(request: IncomingMessage, response: ServerResponse, device: string): void {
    if (!allowed(request, response, 'GET')) return
    const { devices, onSlow } = this.#parts
    if (devices.watchers >= MOST_WATCHERS) {
      response.setHeader('Retry-After', RETRY_SECONDS)
      faultAnswer(response, 503, 'too many are watching already')
      return
    }
    if (!devices.has(device)) {
      faultAnswer(response, 404, 'no such device is connected')
      return
    }
    const end = devices.watch(device, new EventFeed(response, onSlow))
    response.once('close', () => end?.())
  }

  #page(request: IncomingMessage, response: ServerResponse, granted: boolean): void {
    if (!allowed(request, response, 'GET', 'HEAD')) return
    if (granted) this.#html(response, 200, 'index.html')
    else if (request.headers.accept?.includes('text/html')) this.#html(response, 401, 'sign-in.html')
    else tokenNeeded(response)
  }

  /** They are the same for everybody and say nothing: no token is asked for. */
  #asset(request: IncomingMessage, response: ServerResponse, path: string): void {
    if (!allowed(request, response, 'GET', 'HEAD')) return
    const file = this.#files.get(path.slice('/status/'.length))
    if (file === undefined) {
      faultAnswer(response, 404, 'the page has no such file')
      return
    }
    // Their names hold a hash of what is in them.
    const headers = { 'Content-Type': file.type, 'Cache-Control': 'public, max-age=31536000, immutable' }
    response.writeHead(200, { ...PAGE_HEADERS, ...headers }).end(file.bytes)
  }

  async #signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!allowed(request, response, 'POST')) return
    const form = await readForm(request)
    if (form === undefined) {
      faultAnswer(response, 400, 'this is no form with a token')
      return
    }
    const cookie = this.#parts.access.signIn(form.get('token') ?? '', request)
    if (cookie === undefined) {
      this.#html(response, 401, 'sign-in-refused.html')
      return
    }
    response.writeHead(303, { Location: '/status', 'Set-Cookie': cookie, 'Cache-Control': 'no-store' }).end()
  }

  #signOut(request: IncomingMessage, response: ServerResponse): void {
    if (!allowed(request, response, 'POST')) return
    request.resume()
    const cookie = this.#parts.access.signOut(request)
    response.writeHead(303, { Location: '/status', 'Set-Cookie': cookie, 'Cache-Control': 'no-store' }).end()
  }

  #html(response: ServerResponse, status: number, name: string): void {
    const file = this.#files.get(name)
    if (file === undefined) {
      faultAnswer(response, 503, 'the status page is not built: npm run build')
      return
    }
    const headers = { 'Content-Type': file.type, 'Cache-Control': 'no-store' }
    response.writeHead(status, { ...PAGE_HEADERS, ...headers }).end(file.bytes)
  }
}

function allowed(
  { method }: IncomingMessage,
  response: ServerResponse,
  ...methods: readonly string[]
): boolean {
  if (methods.includes(method ?? '')) return true
  response.setHeader('Allow', methods.join(', '))
  faultAnswer(response, 405, `this is asked for by ${methods.join(' or ')}`)
  return false
}

function tokenNeeded(response: ServerResponse): void {
  response.setHeader('WWW-Authenticate', 'Bearer')
  faultAnswer(response, 401, 'the token is missing, wrong or expired: send "Authorization: Bearer TOKEN"')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
