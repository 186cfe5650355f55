import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { type StandInStep, tone } from './stand-in-step.ts'

/** One request as the stand-in saw it. Times by `performance.now()` of this process. */
export interface StandInRequest {
  readonly path: 'chat' | 'speech'
  readonly headers: IncomingHttpHeaders
  /** The client's end of the connection. */
  readonly port: number | undefined
  readonly body: Readonly<Record<string, unknown>>
  readonly startedMs: number
  /** When each step was done, in the order of the steps. */
  readonly stepsMs: readonly number[]
  /** When the client went away before the answer was whole. */
  readonly abortedMs: number | undefined
  /** Bytes that went to the socket so far. */
  readonly sentBytes: number
}

interface Log extends StandInRequest {
  stepsMs: number[]
  abortedMs: number | undefined
  sentBytes: number
}

export interface OpenAiStandInOptions {
  /** What is answered to chat request number `index` (from 0). Default: "Hello there. How are you?" */
  readonly chat?: (body: StandInRequest['body'], index: number) => Iterable<StandInStep>
  /** What is answered to speech request number `index` (from 0, in the order they came). Default: 100 ms of tone, at once. */
  readonly speech?: (input: string, index: number) => Iterable<StandInStep>
}

/** A local server with OpenAI's chat completions and speech that streams, stalls, fails and breaks by a script. For tests and benchmarks. */
export class OpenAiStandIn {
  readonly requests: StandInRequest[] = []
  readonly #server: Server
  readonly #options: OpenAiStandInOptions
  readonly #closing = new AbortController()
  #open = 0

  private constructor(options: OpenAiStandInOptions) {
    this.#options = options
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  static async start(options: OpenAiStandInOptions = {}): Promise<OpenAiStandIn> {
    const standIn = new OpenAiStandIn(options)
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve))
    return standIn
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
  }

  /** Requests that are not answered to their end. */
  get openRequests(): number {
    return this.#open
  }

  /** The requests of one kind. */
  of(path: StandInRequest['path']): readonly StandInRequest[] {
    return this.requests.filter((request) => request.path === path)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.endsWith('/audio/speech') === true ? 'speech' : 'chat'
    const body = (await readJson(request)) as Record<string, unknown>
    const log: Log = {
      path,
      headers: request.headers,
      port: request.socket.remotePort,
      body,
      startedMs: performance.now(),
      stepsMs: [],
      abortedMs: undefined,
      sentBytes: 0,
    }
    const index = this.requests.push(log) - 1
    const nth = this.requests.slice(0, index).filter((other) => other.path === path).length
    this.#open += 1
    const gone = new AbortController()
    response.once('close', () => {
      this.#open -= 1
      if (!response.writableFinished) log.abortedMs = performance.now()
      gone.abort()
    })
    const steps =
      path === 'chat'
        ? (this.#options.chat ?? defaultChat)(body, nth)
        : (this.#options.speech ?? defaultSpeech)(String(body['input']), nth)
    await this.#play(response, path, steps, log, AbortSignal.any([gone.signal, this.#closing.signal]))
  }

  async #play(
    response: ServerResponse,
    path: StandInRequest['path'],
    steps: Iterable<StandInStep>,
    log: Log,
    signal: AbortSignal,
  ): Promise<void> {
    const write = async (data: string | Uint8Array) => {
      if (!response.headersSent) {
        response.writeHead(200, { 'content-type': path === 'chat' ? 'text/event-stream' : 'audio/pcm' })
      }
      log.sentBytes += data.length
      if (!response.write(data)) await orAborted(signal, drained(response))
    }
    for (const step of steps) {
      if (signal.aborted) return
      if ('status' in step) {
        response.writeHead(step.status, { 'content-type': step.type ?? 'application/json' })
        response.end(typeof step.body === 'string' ? step.body : JSON.stringify(step.body ?? {}))
        return
      }
      if ('say' in step) await write(chunk(step.say, null))
      else if ('sound' in step)
        await write(new Uint8Array(step.sound.buffer, step.sound.byteOffset, step.sound.byteLength))
      else if ('raw' in step) await write(step.raw)
      else if ('waitMs' in step) await orAborted(signal, after(step.waitMs))
      else if ('stall' in step) {
        response.flushHeaders()
        await orAborted(signal, () => () => {})
      } else if ('cut' in step) {
        response.destroy()
        return
      } else {
        response.end()
        return
      }
      log.stepsMs.push(performance.now())
    }
    if (signal.aborted) return
    if (path === 'chat') await write(`${chunk('', 'stop')}data: [DONE]\n\n`)
    response.end()
  }
}

function* defaultChat(): Generator<StandInStep> {
  for (const say of ['Hello', ' there', '.', ' How', ' are', ' you', '?']) yield { say }
}

function* defaultSpeech(): Generator<StandInStep> {
  yield { sound: tone(100) }
}

function chunk(content: string, finish_reason: 'stop' | null): string {
  const choice = { index: 0, delta: { content }, finish_reason }
  return `data: ${JSON.stringify({ id: 'stand-in', object: 'chat.completion.chunk', created: 0, model: 'stand-in', choices: [choice] })}\n\n`
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return JSON.parse(Buffer.concat(parts).toString('utf8'))
}

/** @param begin starts what is waited for, and returns how to give it up */
function orAborted(signal: AbortSignal, begin: (done: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      signal.removeEventListener('abort', done)
      giveUp()
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
    const giveUp = begin(done)
  })
}

function drained(response: ServerResponse): (done: () => void) => () => void {
  return (done) => {
    response.once('drain', done)
    return () => response.off('drain', done)
  }
}

function after(ms: number): (done: () => void) => () => void {
  return (done) => {
    const timer = setTimeout(done, ms)
    return () => clearTimeout(timer)
  }
}
