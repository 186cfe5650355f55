import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConnectedDevices } from './connected-devices.ts'
import { PageFiles } from './page-files.ts'
import { StatusAccess } from './status-access.ts'
import { StatusRoutes } from './status-routes.ts'

const TOKEN = 'a-token-of-the-operator'
const folder = mkdtempSync(join(tmpdir(), 'sensevoice-page-'))
const page = join(folder, 'page')
const servers: Server[] = []
beforeAll(() => {
  mkdirSync(join(page, 'assets'), { recursive: true })
  for (const [name, text] of [
    ['page/index.html', 'the page'],
    ['page/sign-in.html', 'the form'],
    ['page/sign-in-refused.html', 'the form, again'],
    ['page/assets/a.js', 'export {}'],
    ['page/assets/a.js.map', '{}'],
    ['secret.html', 'no'],
  ] as const) {
    writeFileSync(join(folder, name), text)
  }
})
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  rmSync(folder, { recursive: true })
})

async function serve(from: string, statusToken?: string): Promise<string> {
  const rules = {
    host: '127.0.0.1',
    trustProxy: false,
    ...(statusToken === undefined ? {} : { statusToken }),
  }
  const routes = new StatusRoutes({
    access: new StatusAccess(rules),
    devices: new ConnectedDevices(),
    server: () => ({}),
    onSlow: () => {},
    files: new PageFiles(from),
  })
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (!(await routes.answer(request, response, pathname))) response.writeHead(404).end()
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('the page', () => {
  test('comes with a policy that allows its own files alone, and is kept nowhere', async () => {
    const url = await serve(page)
    for (const path of ['/status', '/status/', '/status?x=1']) {
      const response = await fetch(url + path)
      expect(response.status).toBe(200)
      expect(await response.text()).toBe('the page')
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(response.headers.get('cache-control')).toBe('no-store')
      const policy = response.headers.get('content-security-policy') ?? ''
      expect(policy).toMatch(/^default-src 'none'; script-src 'self';/)
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
    }
  })

  test('has files whose names change with what is in them, and no others', async () => {
    const url = await serve(page, TOKEN)
    const script = await fetch(`${url}/status/assets/a.js`)
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(script.headers.get('cache-control')).toContain('immutable')
    for (const path of ['a.js.map', '..%2findex.html', '..%2f..%2fsecret.html', '', '%00']) {
      expect((await fetch(`${url}/status/assets/${path}`)).status).toBe(404)
    }
  })

  test('with a token is the form, until the right one is given', async () => {
    const url = await serve(page, TOKEN)
    const accept = { Accept: 'text/html,*/*' }
    const form = await fetch(`${url}/status`, { headers: accept })
    expect([form.status, await form.text()]).toEqual([401, 'the form'])
    const post = (token: string) =>
      fetch(`${url}/status/sign-in`, {
        method: 'POST',
        body: new URLSearchParams({ token }),
        redirect: 'manual',
      })
    const refused = await post('wrong')
    expect([refused.status, await refused.text()]).toEqual([401, 'the form, again'])
    const cookie = (await post(TOKEN)).headers.get('set-cookie')?.split(';')[0] ?? ''
    const opened = await fetch(`${url}/status`, { headers: { ...accept, Cookie: cookie } })
    expect([opened.status, await opened.text()]).toEqual([200, 'the page'])
  })

  test('says so where it was not built', async () => {
    const url = await serve(join(folder, 'nothing'))
    const response = await fetch(`${url}/status`)
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('not built')
    expect((await fetch(`${url}/status/devices`)).status).toBe(200)
  })
})
