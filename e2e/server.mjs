// A plain static server for the tests: the built demo at /, the packed library at /library/, test pages at /fixtures/ and the speech
// fixtures at /audio/. One port sends what the README tells hosts to send, another nothing but the strict policy (no isolation), the third
// also allows the WebSocket of a companion on this machine.
import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const FOLDERS = [
  ['/library/', 'packages/browser/dist/'],
  ['/elements/', 'packages/elements/dist/'],
  ['/engine/', 'packages/engine/dist/'],
  ['/fixtures/', 'e2e/fixtures/'],
  ['/audio/', 'e2e/audio/'],
  ['/', 'demo/dist/'],
]
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
  '.wav': 'audio/wav',
  '.txt': 'text/plain; charset=utf-8',
}
const STRICT = {
  'Content-Security-Policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; " +
    "img-src 'self'; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
}
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

function locate(path) {
  const [prefix, folder] = FOLDERS.find(([start]) => path.startsWith(start))
  const file = join(root, folder, normalize(`/${path.slice(prefix.length)}`))
  return file.endsWith('/') ? `${file}index.html` : file
}

function serve(port, headers) {
  createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    const file = locate(decodeURIComponent(pathname))
    const stat = statSync(file, { throwIfNoEntry: false })
    if (!stat?.isFile()) {
      response
        .writeHead(404, { 'Content-Type': 'text/html', ...headers })
        .end('<!doctype html><title>404</title>')
      return
    }
    response.writeHead(200, {
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Content-Length': stat.size,
      'Cache-Control': 'no-cache',
      ...headers,
    })
    if (request.method === 'HEAD') response.end()
    else createReadStream(file).pipe(response)
  }).listen(port, '127.0.0.1')
}

// What a page sends whose visitors may name a companion of their own.
const TALKATIVE = {
  ...STRICT,
  'Content-Security-Policy': STRICT['Content-Security-Policy'].replace(
    "connect-src 'self'",
    "connect-src 'self' ws://127.0.0.1:*",
  ),
}

serve(4601, { ...STRICT, ...ISOLATED })
serve(4602, STRICT)
serve(4603, { ...TALKATIVE, ...ISOLATED })
