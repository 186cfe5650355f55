import { readFileSync } from 'node:fs'
import { readWav, type SpeechEvent, type SpeechResult } from '@sensevoice-web/engine'
import {
  type ConnectionState,
  StreamClient,
  type StreamClientOptions,
  type WebSocketClass,
} from '@sensevoice-web/protocol'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { WebSocket } from 'ws'
import { type Companion, startCompanion } from '../serve/companion.ts'
import { readServeConfig } from '../serve/config.ts'
import { goldenPath } from './workspace.ts'

export const ENGLISH = '3 1 4.'
export const MANDARIN = '语音识别。'

/** The one of this file; see `serveCompanion`. */
export let companion: Companion
/** Closed after each test. */
export const opened: { close(): void }[] = []

/** A companion for the tests of a file; clients that a test has opened are closed after it. */
export function serveCompanion(): void {
  beforeAll(async () => {
    companion = await start()
  })
  afterAll(() => companion.drain())
  afterEach(() => {
    for (const client of opened.splice(0)) client.close()
  })
}

export function start(...argv: string[]): Promise<Companion> {
  return startCompanion(readServeConfig(['--port', '0', '--drain-seconds', '5', ...argv], {}))
}

export function samplesOf(name: string): Float32Array {
  return readWav(readFileSync(goldenPath(name))).samples
}

/** Speech with silence around it, so that the VAD ends the utterance. */
export function spoken(name: string): Float32Array {
  const speech = samplesOf(name)
  const sound = new Float32Array(speech.length + 16_000 + 8000)
  sound.set(speech, 8000)
  return sound
}

export function hex(samples: Float32Array): string {
  const pcm = Int16Array.from(samples, (value) => Math.round(value * 32_767))
  return Buffer.from(pcm.buffer).toString('hex')
}

export const wsUrl = (path: string, server: Pick<Companion, 'url'> = companion) =>
  server.url.replace('http', 'ws') + path

/** What `/metrics` says behind that name, with its labels; undefined when it says nothing of it. */
export async function metric(name: string, server: Pick<Companion, 'url'> = companion) {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const line = text.split('\n').find((line) => line.startsWith(`${name} `))
  return line?.slice(name.length + 1)
}

export interface Reply {
  readonly text: string
  readonly final: boolean
  readonly error?: string
  readonly code?: string
  readonly emotion_scores: Record<string, number>
  readonly language: string
  readonly language_scores: Record<string, number>
  readonly latency_ms: number
}

/** A device that sends a message and waits for its reply. */
export class Device {
  readonly socket: WebSocket
  readonly closed: Promise<number>
  readonly #replies: string[] = []
  #wake: (() => void) | undefined

  constructor(
    path: string,
    server: Pick<Companion, 'url'> = companion,
    headers: Record<string, string> = {},
  ) {
    this.socket = new WebSocket(wsUrl(path, server), { headers })
    this.socket.on('message', (data) => {
      this.#replies.push(String(data))
      this.#wake?.()
    })
    this.socket.on('error', () => {})
    this.closed = new Promise((resolve) => this.socket.on('close', resolve))
    opened.push({ close: () => this.socket.terminate() })
  }

  async open(): Promise<this> {
    await new Promise((resolve, reject) => {
      this.socket.once('open', resolve)
      this.socket.once('unexpected-response', (_request, response) =>
        reject(new Error(String(response.statusCode))),
      )
      this.socket.once('error', reject)
    })
    return this
  }

  async ask(message: object | string): Promise<Reply> {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
    return JSON.parse(await this.next())
  }

  async next(): Promise<string> {
    while (this.#replies.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.#replies.shift() as string
  }
}

export const status = async (
  path: string,
  headers: Record<string, string> = {},
  server = companion,
): Promise<string> => {
  try {
    await new Device(path, server, headers).open()
    return '101'
  } catch (error) {
    return (error as Error).message
  }
}

export function stream(
  device: string,
  server: Pick<Companion, 'url'> = companion,
  options: Partial<StreamClientOptions> = {},
) {
  const events: SpeechEvent[] = []
  const states: ConnectionState[] = []
  const sockets: WebSocket[] = []
  class Kept extends WebSocket {
    constructor(url: string) {
      super(url)
      sockets.push(this)
    }
  }
  const client = new StreamClient({
    url: wsUrl(`/ws/${device}`, server),
    WebSocket: Kept as unknown as WebSocketClass,
    sampleRate: 16_000,
    onEvent: (event) => events.push(event),
    onConnection: (state) => states.push(state),
    ...options,
  })
  opened.push(client)
  const results = () =>
    events.flatMap((event): SpeechResult[] => (event.type === 'result' ? [event.result] : []))
  return { client, events, states, results, sockets }
}

export async function feed(client: StreamClient, sound: Float32Array, pauseMs = 0): Promise<void> {
  for (let at = 0; at < sound.length; at += 800) {
    client.send(sound.subarray(at, at + 800))
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
