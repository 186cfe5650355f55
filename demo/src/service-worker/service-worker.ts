// Serves the page without a network, and cross-origin isolated also where the host sends no headers. Models that visitors download are not
// its business: the library's own store keeps them.
import { isolated } from './isolated.ts'

declare const self: ServiceWorkerGlobalScope

/** Written by the build: see scripts/lib/precache-plugin.mjs. */
interface Precache {
  /** Changes with any file. */
  readonly version: string
  /** Fetched when the worker is installed. */
  readonly files: readonly string[]
  /** Large files that not every visitor needs: kept when they were fetched once. */
  readonly later: readonly string[]
}
declare const __PRECACHE__: Precache

const PREFIX = 'sensevoice-demo '
const CACHE = PREFIX + __PRECACHE__.version
const own = (path: string): string => new URL(path, self.registration.scope).href
const KEPT = new Set(__PRECACHE__.files.map(own))
const LATER = new Set(__PRECACHE__.later.map(own))

self.addEventListener('install', (event) => {
  // `reload`: an older answer of the HTTP cache would mix two versions.
  const requests = [...KEPT].map((url) => new Request(url, { cache: 'reload' }))
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(activate())
})

self.addEventListener('message', ({ data }) => {
  if (data === 'take-over') void self.skipWaiting()
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin || request.headers.has('range')) return
  event.respondWith(answer(request, url).then(isolated))
})

async function activate(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name)
  }
  await self.clients.claim()
}

async function answer(request: Request, url: URL): Promise<Response> {
  const address = url.origin + url.pathname
  const page = request.mode === 'navigate' && address === self.registration.scope
  const wanted = page ? own('index.html') : address
  if (!KEPT.has(wanted) && !LATER.has(wanted)) return await fetch(request)
  const cache = await caches.open(CACHE)
  const kept = await cache.match(wanted)
  if (kept !== undefined) return kept
  const response = await fetch(request)
  if (response.ok && response.type === 'basic') await cache.put(wanted, response.clone())
  return response
}
