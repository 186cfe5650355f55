import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'

/** What goes wrong with one request. Positions count bytes of the body that is sent. */
export type Fault =
  | { readonly type: 'cut'; readonly at: number }
  | { readonly type: 'stall'; readonly at: number }
  /** In pieces, so that what came before a cut has surely been read. */
  | { readonly type: 'slow'; readonly pieceBytes: number; readonly pauseMs: number; readonly cutAt?: number }
  | { readonly type: 'dead' }
  /** One bit of the file at `at` differs. */
  | { readonly type: 'wrong-byte'; readonly at: number }
  /** 206 that says it starts `by` bytes off, and does. */
  | { readonly type: 'shifted-range'; readonly by: number }
  /** 206 that says the right range and sends another. */
  | { readonly type: 'lying-range'; readonly by: number }
  | { readonly type: 'range-without-header' }
  | { readonly type: 'ignored-range' }
  | { readonly type: 'unsatisfiable'; readonly total?: number }
  | { readonly type: 'status'; readonly status: number; readonly retryAfter?: string }
  | { readonly type: 'page'; readonly as: 'text/html' | 'application/octet-stream' }
  | { readonly type: 'gzip' }
  | { readonly type: 'redirect'; readonly to: string }
  /** Another file: `bytes` long, cut off or filled up with zeros. */
  | { readonly type: 'length'; readonly bytes: number }
  /** No Content-Length; `cutAt` ends it early without the last chunk. */
  | { readonly type: 'chunked'; readonly cutAt?: number }
  /** A proxy that ends the body early in good order, under chunked coding. */
  | { readonly type: 'quiet-end'; readonly at: number }

export interface SeenRequest {
  readonly path: string
  readonly range: string | undefined
}

/** Anything else is sent as what hubs send models as. */
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css',
  js: 'text/javascript',
  mjs: 'text/javascript',
  json: 'application/json',
  wasm: 'application/wasm',
}

const PAGE = '<!doctype html><title>Sign in to the network</title>'

/** A real HTTP server with ranges, ETags and CORS that fails as it is told to: each request takes the next fault of its path. */
export class FaultServer {
  readonly #server: Server
  readonly #files = new Map<string, Uint8Array>()
  readonly #faults = new Map<string, Fault[]>()
  readonly #sockets = new Set<Socket>()
  readonly requests: SeenRequest[] = []
  /** Headers of every answer, e.g. other CORS ones. */
  headers: Record<string, string> = {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'ETag, Content-Range, Retry-After',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  }

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response))
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  static async start(): Promise<FaultServer> {
    const server = new FaultServer()
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`
  }

  /** Requests for a path since the list was last emptied, by what they asked for: `all` or a range. */
  ranges(path: string): string[] {
    return this.requests.filter((request) => request.path === path).map(({ range }) => range ?? 'all')
  }

  /** Puts a file at `path`; its first requests fail as listed, the later ones are answered well. */
  put(path: string, bytes: Uint8Array, faults: readonly Fault[] = []): string {
    this.#files.set(path, bytes)
    this.#faults.set(path, [...faults])
    return this.url(path)
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    for (const [name, value] of Object.entries(this.headers)) response.setHeader(name, value)
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { 'Access-Control-Allow-Headers': 'Range' }).end()
      return
    }
    this.requests.push({ path: pathname, range: request.headers.range })
    const file = this.#files.get(pathname)
    if (file === undefined) {
      response.writeHead(404, { 'Content-Type': 'text/html' }).end(PAGE)
      return
    }
    const fault = this.#faults.get(pathname)?.shift()
    const contentType = TYPES[pathname.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
    answerWith(fault, { file, range: request.headers.range, response, contentType })
  }
}

interface Parts {
  readonly file: Uint8Array
  readonly range: string | undefined
  readonly response: ServerResponse
  readonly contentType: string
}

function answerWith(fault: Fault | undefined, parts: Parts): void {
  const { file, response } = parts
  switch (fault?.type) {
    case 'dead':
      response.socket?.destroy()
      return
    case 'status':
      response
        .writeHead(fault.status, fault.retryAfter === undefined ? {} : { 'Retry-After': fault.retryAfter })
        .end('no')
      return
    case 'page':
      response.writeHead(200, { 'Content-Type': fault.as }).end(PAGE)
      return
    case 'redirect':
      response.writeHead(302, { Location: fault.to }).end()
      return
    case 'unsatisfiable':
      response.writeHead(416, { 'Content-Range': `bytes */${fault.total ?? file.length}` }).end()
      return
    case 'gzip': {
      const coded = gzipSync(file)
      response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': coded.length }).end(coded)
      return
    }
    case 'wrong-byte': {
      // A copy in any case: `slice` of a Buffer is a view.
      const wrong = Uint8Array.from(file)
      wrong[fault.at] = (wrong[fault.at] ?? 0) ^ 1
      send({ ...parts, file: wrong })
      return
    }
    case 'length': {
      const other = new Uint8Array(fault.bytes)
      other.set(file.subarray(0, fault.bytes))
      send({ ...parts, file: other })
      return
    }
    case 'ignored-range':
      send({ ...parts, range: undefined })
      return
    default:
      send(parts, fault)
  }
}

function send({ file, range, response, contentType }: Parts, fault?: Fault): void {
  const asked = /^bytes=(\d+)-$/.exec(range ?? '')
  const first = asked === null ? 0 : Number(asked[1])
  if (asked !== null && first >= file.length) {
    response.writeHead(416, { 'Content-Range': `bytes */${file.length}` }).end()
    return
  }
  const shift = fault?.type === 'shifted-range' ? fault.by : 0
  const lie = fault?.type === 'lying-range' ? fault.by : 0
  const start = Math.max(0, first + shift)
  const body = lie === 0 ? file.subarray(start) : moved(file, start, lie)
  const chunked = fault?.type === 'chunked' || fault?.type === 'quiet-end'
  response.writeHead(asked === null ? 200 : 206, {
    'Content-Type': contentType,
    ETag: `"${file.length}-${file[file.length >> 1] ?? 0}"`,
    ...(chunked ? {} : { 'Content-Length': body.length }),
    ...(asked === null || fault?.type === 'range-without-header'
      ? {}
      : { 'Content-Range': `bytes ${start}-${file.length - 1}/${file.length}` }),
  })
  sendBody(body, response, fault)
}

function sendBody(body: Uint8Array, response: ServerResponse, fault: Fault | undefined): void {
  switch (fault?.type) {
    case 'cut':
      response.write(body.subarray(0, fault.at), () => setTimeout(() => response.socket?.destroy(), 5))
      return
    case 'stall':
      response.write(body.subarray(0, fault.at))
      return
    case 'quiet-end':
      response.end(body.subarray(0, fault.at))
      return
    case 'chunked':
      if (fault.cutAt === undefined) response.end(body)
      else
        response.write(body.subarray(0, fault.cutAt), () => setTimeout(() => response.socket?.destroy(), 5))
      return
    case 'slow':
      void sendSlowly(body, response, fault)
      return
    default:
      response.end(body)
  }
}

async function sendSlowly(
  body: Uint8Array,
  response: ServerResponse,
  { pieceBytes, pauseMs, cutAt = body.length }: Extract<Fault, { type: 'slow' }>,
): Promise<void> {
  for (let at = 0; at < cutAt && !response.destroyed; at += pieceBytes) {
    response.write(body.subarray(at, at + pieceBytes))
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  if (cutAt < body.length) response.socket?.destroy()
  else response.end()
}

function moved(file: Uint8Array, start: number, by: number): Uint8Array {
  const body = Uint8Array.from(file.subarray(start))
  for (let index = 0; index < body.length; index++) {
    body[index] = file[(start + by + index + file.length) % file.length] ?? 0
  }
  return body
}
