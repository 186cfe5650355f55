import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { signToken } from '../tokens.ts'
import { StatusAccess } from './status-access.ts'

const TOKEN = 'a-token-of-the-operator'
const request = (
  headers: Record<string, string> = { host: '127.0.0.1:8790' },
  remoteAddress = '127.0.0.1',
): IncomingMessage => ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage

const local = new StatusAccess({ host: '127.0.0.1', trustProxy: false })
const guarded = new StatusAccess({ host: '0.0.0.0', trustProxy: false, statusToken: TOKEN })

describe('without a token', () => {
  test.each(['127.0.0.1:8790', 'localhost:8790', 'LOCALHOST', '[::1]:8790'])('%s may ask', (host) => {
    expect(local.ask(request({ host }))).toBe('granted')
  })

  test.each(['evil.example:8790', '127.0.0.1.evil.example', 'localhost.evil.example', '192.168.0.7', ''])(
    'a page whose name was led to this machine may not: "%s"',
    (host) => expect(local.ask(request({ host }))).toBe('hidden'),
  )

  test.each(['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])('nobody behind a proxy may: %s', (name) => {
    expect(local.ask(request({ host: 'localhost', [name]: '127.0.0.1' }))).toBe('hidden')
  })

  test('there is none when the server serves a network, or stands behind a proxy', () => {
    for (const rules of [
      { host: '0.0.0.0', trustProxy: false },
      { host: '::', trustProxy: false },
      { host: '192.168.0.7', trustProxy: false },
      { host: '127.0.0.1', trustProxy: true },
    ]) {
      const access = new StatusAccess(rules)
      expect(access.offered).toBe(false)
      expect(access.ask(request())).toBe('hidden')
    }
  })
})

describe('with a token', () => {
  const cookieOf = (header: string | undefined) => header?.split(';')[0] ?? ''

  test('it is asked for on this machine too', () => {
    const access = new StatusAccess({ host: '127.0.0.1', trustProxy: false, statusToken: TOKEN })
    expect(access.ask(request())).toBe('token-needed')
  })

  test('the right one lets in, in a header', () => {
    expect(guarded.ask(request({ authorization: `Bearer ${TOKEN}` }))).toBe('granted')
    for (const authorization of [`Bearer ${TOKEN}x`, 'Bearer ', TOKEN, `Basic ${TOKEN}`]) {
      expect(guarded.ask(request({ authorization }))).toBe('token-needed')
    }
  })

  test('it is exchanged for a cookie that does not hold it', () => {
    expect(guarded.signIn('wrong', request())).toBeUndefined()
    const header = guarded.signIn(TOKEN, request())
    expect(header).toMatch(/; HttpOnly; SameSite=Strict$/)
    expect(header).not.toContain(TOKEN)
    const cookie = `a=b; ${cookieOf(header)}`
    expect(guarded.ask(request({ cookie }))).toBe('granted')
    expect(guarded.signedIn(request({ cookie }))).toBe(true)
    expect(guarded.ask(request({ cookie: cookieOf(guarded.signOut(request())) }))).toBe('token-needed')
  })

  test('a cookie that is over, of another server or of a device is none', () => {
    const now = Math.floor(Date.now() / 1000)
    for (const value of [
      signToken(TOKEN, 'status page', now - 1),
      signToken('another-secret-of-another', 'status page', now + 60),
      signToken(TOKEN, 'kitchen', now + 60),
    ]) {
      expect(guarded.ask(request({ cookie: `sensevoice-status=${value}` }))).toBe('token-needed')
    }
  })

  test('over TLS the cookie is for TLS alone', () => {
    const empty = Buffer.alloc(0)
    const rules = { host: '0.0.0.0', statusToken: TOKEN }
    const secured = new StatusAccess({ ...rules, trustProxy: false, tls: { cert: empty, key: empty } })
    expect(secured.signIn(TOKEN, request())).toMatch(/; Secure$/)
    const proxied = new StatusAccess({ ...rules, trustProxy: true })
    expect(proxied.signIn(TOKEN, request({ 'x-forwarded-proto': 'https' }))).toMatch(/; Secure$/)
    expect(guarded.signIn(TOKEN, request({ 'x-forwarded-proto': 'https' }))).not.toContain('Secure')
  })
})
