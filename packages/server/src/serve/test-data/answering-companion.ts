import { readFileSync } from 'node:fs'
import { readWav, type SpeechEvent } from '@sensevoice-web/engine'
import { OpenAiStandIn, type OpenAiStandInOptions } from '@sensevoice-web/pipeline/testing'
import {
  type HeardReply,
  StreamClient,
  type StreamClientOptions,
  type WebSocketClass,
} from '@sensevoice-web/protocol'
import { WebSocket } from 'ws'
import { goldenPath } from '../../test-data/workspace.ts'
import { type Companion, startCompanion } from '../companion.ts'
import { readServeConfig } from '../config.ts'

export const TEST_KEY = 'sk-test-0123456789abcdef'
/** What the tiny model hears in `spoken()`. */
export const WORDS = '3 1 4.'

/** The port of nobody. */
const NOWHERE = 'ws://127.0.0.1:9'
const closing: (() => unknown)[] = []

/** Behind each test: what it opened is closed, newest first. */
export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close()
}

/** A companion whose model and voice are a stand-in that follows the script. */
export async function answering(
  script: OpenAiStandInOptions = {},
  argv: readonly string[] = [],
): Promise<{ companion: Companion; standIn: OpenAiStandIn }> {
  const standIn = await OpenAiStandIn.start(script)
  closing.push(() => standIn.close())
  const settings = ['--llm-url', standIn.baseUrl, '--llm-model', 'stand-in', '--voice-model', 'stand-in']
  return { companion: await started([...settings, ...argv], TEST_KEY), standIn }
}

export async function started(argv: readonly string[], key?: string): Promise<Companion> {
  const env = key === undefined ? {} : { SENSEVOICE_SERVE_LLM_KEY: key }
  const companion = await startCompanion(
    readServeConfig(['--port', '0', '--drain-seconds', '1', ...argv], env),
  )
  closing.push(() => companion.drain())
  return companion
}

/** Speech with silence around it, so that the VAD ends the utterance: at 16 kHz. */
export function spoken(): Float32Array {
  const speech = readWav(readFileSync(goldenPath('en-three-one-four'))).samples
  const sound = new Float32Array(speech.length + 16_000 + 8000)
  sound.set(speech, 8000)
  return sound
}

/** A sound too short to be speech, with silence behind it: at 16 kHz. */
export function blip(): Float32Array {
  const sound = new Float32Array(1536 + 16_000)
  sound.set(spoken().subarray(12_000, 12_000 + 1536))
  return sound
}

/** A page: everything it hears, in order, with the time of this process. */
export class Page {
  readonly client: StreamClient
  readonly sockets: WebSocket[] = []
  /** While it is true, no server can be reached. */
  offline = false
  readonly events: { readonly event: SpeechEvent; readonly atMs: number }[] = []
  readonly replies: { readonly reply: HeardReply; readonly atMs: number }[] = []

  constructor(companion: Companion, options: Partial<StreamClientOptions> = {}) {
    const { sockets } = this
    const reached = (url: string) => (this.offline ? NOWHERE : url)
    class Kept extends WebSocket {
      constructor(url: string) {
        super(reached(url))
        sockets.push(this)
      }
    }
    this.client = new StreamClient({
      url: `${companion.url.replace('http', 'ws')}/ws/page`,
      WebSocket: Kept as unknown as WebSocketClass,
      sampleRate: 16_000,
      reply: true,
      onEvent: (event) => this.events.push({ event, atMs: performance.now() }),
      onReply: (reply) => this.replies.push({ reply, atMs: performance.now() }),
      ...options,
    })
    closing.push(() => this.client.close())
  }

  say(sound = spoken()): void {
    for (let at = 0; at < sound.length; at += 800) this.client.send(sound.subarray(at, at + 800))
  }

  of<Type extends HeardReply['type']>(type: Type): readonly Extract<HeardReply, { type: Type }>[] {
    return this.replies.flatMap(({ reply }) =>
      reply.type === type ? [reply as Extract<HeardReply, { type: Type }>] : [],
    )
  }

  /** Sound that came, in samples. */
  get samples(): number {
    return this.of('audio').reduce((sum, { pcm }) => sum + pcm.length, 0)
  }
}

export interface DeviceMessage {
  readonly text?: Readonly<Record<string, unknown>>
  readonly bytes?: Buffer
  readonly length: number
}

/** A device: every message as it came. */
export class TestDevice {
  readonly messages: DeviceMessage[] = []
  readonly #socket: WebSocket

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data: Buffer, binary: boolean) => {
      const { length } = data
      this.messages.push(binary ? { bytes: data, length } : { text: JSON.parse(String(data)), length })
    })
  }

  static async open(companion: Companion): Promise<TestDevice> {
    const socket = new WebSocket(`${companion.url.replace('http', 'ws')}/ws/device`)
    closing.push(() => socket.terminate())
    const device = new TestDevice(socket)
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    return device
  }

  send(message: object | Uint8Array): void {
    this.#socket.send(message instanceof Uint8Array ? message : JSON.stringify(message))
  }

  /** Types of the texts, with the state where there is one; a run of sound is `sound`. */
  get order(): readonly string[] {
    const names = this.messages.map(({ text }) =>
      text === undefined
        ? 'sound'
        : [text['type'], text['state']].filter((part) => part !== undefined).join(' '),
    )
    return names.filter((name, at) => name !== 'sound' || names[at - 1] !== 'sound')
  }

  get sound(): readonly (DeviceMessage & { readonly bytes: Buffer })[] {
    return this.messages.flatMap((message) =>
      message.bytes === undefined ? [] : [{ ...message, bytes: message.bytes }],
    )
  }
}
