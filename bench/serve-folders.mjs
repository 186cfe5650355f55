import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
}

/** Serves folders, each under its prefix, as one cross-origin isolated site; files with ranges. */
export async function serveFolders(folders) {
  let sent = 0
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    const [prefix, folder] = Object.entries(folders).find(([start]) => pathname.startsWith(start)) ?? [
      '',
      '/nowhere',
    ]
    const file = join(folder, normalize(`/${pathname.slice(prefix.length)}`))
    const stat = statSync(file, { throwIfNoEntry: false })
    if (!stat?.isFile()) return void response.writeHead(404).end()
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
    const start = range ? Number(range[1]) : 0
    response.writeHead(range ? 206 : 200, {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      // As static hosts do: browsers keep such files, and the machine code that they made of WASM.
      'Cache-Control': 'public, max-age=3600',
      'Last-Modified': stat.mtime.toUTCString(),
      'Content-Length': stat.size - start,
      ...(range ? { 'Content-Range': `bytes ${start}-${stat.size - 1}/${stat.size}` } : {}),
    })
    createReadStream(file, { start })
      .on('data', (chunk) => {
        sent += chunk.length
      })
      .pipe(response)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    sentBytes: () => sent,
    close: () => server.close(),
  }
}
