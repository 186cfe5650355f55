import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { demoReady, picture } from '../support/demo-page.ts'

const BUILT = join(import.meta.dirname, '../../demo/dist')
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wav': 'audio/wav',
  '.webmanifest': 'application/manifest+json',
}

/** A static host that sends no headers of its own, as many do; it can be cut off, and its files be changed. */
class Host {
  readonly folder = mkdtempSync(join(tmpdir(), 'sensevoice-demo-'))
  readonly #server: Server
  requests: string[] = []
  dead = false

  constructor() {
    cpSync(BUILT, this.folder, { recursive: true })
    this.#server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost')
      this.requests.push(pathname)
      if (this.dead) return void response.destroy()
      try {
        const file = pathname === '/' ? '/index.html' : pathname
        const body = readFileSync(join(this.folder, file))
        response
          .writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' })
          .end(body)
      } catch {
        response.writeHead(404).end()
      }
    })
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://localhost:${(this.#server.address() as AddressInfo).port}/`
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
    rmSync(this.folder, { recursive: true })
  }
}

let host: Host
let address: string
test.beforeEach(async () => {
  host = new Host()
  address = await host.start()
})
test.afterEach(() => host.stop())

/** Opens the page and waits until the service worker has everything. */
async function visit(page: Page): Promise<void> {
  await page.goto(address)
  await demoReady(page)
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready
    while (active?.state !== 'activated') await new Promise((resolve) => setTimeout(resolve, 50))
  })
}

test('after one visit the page works without a network, and analyzes', async ({ page }) => {
  await visit(page)
  host.dead = true
  host.requests = []
  await page.reload()
  await demoReady(page)
  await page.locator('[data-sample]').first().click()
  await expect(page.locator('speech-transcript [part=result]').first()).toBeVisible()
  expect(host.requests.filter((path) => path !== '/service-worker.js')).toEqual([])
})

test('the clip that a GPU is tried out with is there offline too', async ({ page }) => {
  await visit(page)
  const kept = await page.evaluate(async () => {
    const [name = ''] = await caches.keys()
    return (await (await caches.open(name)).keys()).map(({ url }) => url)
  })
  expect(kept).toContainEqual(expect.stringMatching(/self-test.*\.wav$/))
})

test('on a host without headers the second visit has threads', async ({ page }) => {
  await visit(page)
  expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(false)
  await expect(page.locator('speech-runtime-badge')).toContainText('1 thread')
  await page.reload()
  await demoReady(page)
  expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true)
  const cores = await page.evaluate(() => navigator.hardwareConcurrency)
  if (cores > 1) await expect(page.locator('speech-runtime-badge')).toContainText(/[2-4] threads/)
})

test('a new version waits until the visitor wants it, and comes as a whole', async ({ page }) => {
  await visit(page)
  const index = join(host.folder, 'index.html')
  writeFileSync(index, readFileSync(index, 'utf8').replace('<title>', '<title>Second '))
  const worker = join(host.folder, 'service-worker.js')
  writeFileSync(worker, readFileSync(worker, 'utf8').replace(/"version":"\w+"/, '"version":"second"'))
  await page.reload()
  await demoReady(page)
  await expect(page).not.toHaveTitle(/Second/)
  await expect(page.getByTestId('update')).toBeVisible()
  await picture(page, 'update')
  await page.getByTestId('update').getByRole('button').click()
  await expect(page).toHaveTitle(/Second/)
  await demoReady(page)
  expect(await page.evaluate(() => caches.keys())).toEqual(['sensevoice-demo second'])
})

test('the page can be installed', async ({ page }) => {
  await visit(page)
  const client = await page.context().newCDPSession(page)
  const { errors, manifest } = (await client.send('Page.getAppManifest')) as unknown as {
    errors: unknown[]
    manifest?: { name?: string }
  }
  expect(errors).toEqual([])
  expect(manifest?.name ?? 'sensevoice-web').toContain('sensevoice-web')
  const { installabilityErrors } = await client.send('Page.getInstallabilityErrors')
  // Playwright's pages are private windows, which is the one thing that Chromium minds.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([])
})

test('?sw=off takes the service worker and what it kept away', async ({ page }) => {
  await visit(page)
  await page.goto(`${address}?sw=off`)
  await demoReady(page)
  await expect
    .poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length))
    .toBe(0)
  await expect.poll(() => page.evaluate(() => caches.keys())).toEqual([])
})
