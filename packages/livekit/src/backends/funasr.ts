import { type AudioSegment, floatToPcm16, SpeechError } from '@sensevoice-web/engine'
import { WebSocket } from 'ws'
import type { BackendSource, UtteranceBackend, UtteranceCall } from '../backend.ts'
import type { UtteranceAnswer } from '../utterance-answer.ts'
import { type FunasrMessage, funasrAnswer, readFunasrMessage } from './funasr-answer.ts'
import { OneAtATime } from './one-at-a-time.ts'
import { requireWhole } from './require-whole.ts'

const SAMPLE_RATE = 16_000
/** Of one message: the servers' VAD goes by messages, and is made for 60 ms of sound. */
const CHUNK_SAMPLES = (SAMPLE_RATE * 60) / 1000
/** After a sentence that need not be the last: nothing further within so long, and it was. */
const QUIET_MS = 400
/** Sound in the socket's buffer beyond which sending waits. */
const MOST_BUFFERED_BYTES = 1 << 20
const BUFFER_CHECK_MS = 10

export interface FunasrOptions {
  /** `ws://host:10095` or `wss://…`. */
  readonly url: string
  /** The server's own kind. Default `offline`; `2pass` for a server that only has that, of which the second pass is taken. */
  readonly mode?: 'offline' | '2pass'
  /** Connections at once, from 1 on. Default 1: the Python server throws out its other clients for each new one. */
  readonly parallel?: number
  /** Words to listen for, with a weight each. */
  readonly hotwords?: Readonly<Record<string, number>>
  /** Default true. False trusts any certificate, as FunASR's own ones are self-signed. */
  readonly verifyCertificate?: boolean
}

/**
 * Recognition by an existing FunASR runtime server over its WebSocket protocol; SenseVoice's tags are read out of its text. Nothing is told before the
 * end of an utterance.
 *
 * @throws SpeechError `invalid-argument`
 */
export function funasrBackend(options: FunasrOptions): BackendSource {
  const { url, parallel = 1 } = options
  if (!/^wss?:\/\//.test(url) || !URL.canParse(url)) {
    throw new SpeechError('invalid-argument', 'the address of a FunASR server begins with ws:// or wss://')
  }
  requireWhole('parallel', parallel)
  return {
    name: 'funasr',
    partialIntervalMs: undefined,
    wordTimes: false,
    open: async () => new FunasrBackend(options, parallel),
  }
}

class FunasrBackend implements UtteranceBackend {
  readonly model = 'funasr'
  readonly #options: FunasrOptions
  readonly #turns: OneAtATime
  readonly #sockets = new Set<WebSocket>()

  constructor(options: FunasrOptions, parallel: number) {
    this.#options = options
    this.#turns = new OneAtATime(parallel)
  }

  recognize(segment: AudioSegment, call: UtteranceCall): Promise<UtteranceAnswer> {
    return this.#turns.run(call.signal, async () => funasrAnswer(await this.#ask(segment, call), segment))
  }

  async dispose(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate()
  }

  async #ask(segment: AudioSegment, call: UtteranceCall): Promise<readonly FunasrMessage[]> {
    const { url, verifyCertificate = true } = this.#options
    const socket = new WebSocket(url, ['binary'], {
      perMessageDeflate: false,
      rejectUnauthorized: verifyCertificate,
    })
    this.#sockets.add(socket)
    const sentences = sentencesOf(socket, call.signal)
    try {
      await Promise.race([this.#send(socket, segment, call), sentences.failed])
      sentences.soundIsOver()
      return await sentences.all
    } finally {
      this.#sockets.delete(socket)
      socket.terminate()
    }
  }

  async #send(socket: WebSocket, segment: AudioSegment, call: UtteranceCall): Promise<void> {
    const { mode = 'offline', hotwords } = this.#options
    const { language = 'auto', withItn = true } = call
    await new Promise((resolve) => socket.once('open', resolve))
    const begin = {
      mode,
      wav_name: `${call.stream}-${segment.id}`,
      wav_format: 'pcm',
      audio_fs: SAMPLE_RATE,
      is_speaking: true,
      chunk_size: [5, 10, 5],
      chunk_interval: 10,
      itn: withItn,
      // What the servers with SenseVoice call them.
      svs_lang: language,
      svs_itn: withItn,
      ...(hotwords === undefined ? {} : { hotwords: JSON.stringify(hotwords) }),
    }
    socket.send(JSON.stringify(begin))
    const pcm = floatToPcm16(segment.samples)
    for (let at = 0; at < pcm.length && !call.signal.aborted; at += CHUNK_SAMPLES) {
      const chunk = pcm.subarray(at, at + CHUNK_SAMPLES)
      socket.send(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
      while (socket.bufferedAmount > MOST_BUFFERED_BYTES && socket.readyState === WebSocket.OPEN) {
        await new Promise((resolve) => setTimeout(resolve, BUFFER_CHECK_MS))
      }
    }
    socket.send(JSON.stringify({ is_speaking: false }))
  }
}

interface Sentences {
  /** Rejects when the connection fails; never resolves. */
  readonly failed: Promise<never>
  /** Resolves with the sentences once the last one is there. */
  readonly all: Promise<readonly FunasrMessage[]>
  soundIsOver(): void
}

/**
 * Collects what the server recognizes. It may divide an utterance into sentences, and does not say how many come: in `offline` the C++ server sends one
 * message with `is_final` false, the Python server marks all but the last as final; in `2pass` they differ too, so quiet decides.
 */
function sentencesOf(socket: WebSocket, signal: AbortSignal): Sentences {
  const sentences: FunasrMessage[] = []
  let over = false
  let quiet: NodeJS.Timeout | undefined
  let resolveAll: (sentences: readonly FunasrMessage[]) => void = () => {}
  let fail: (error: unknown) => void = () => {}
  const all = new Promise<readonly FunasrMessage[]>((resolve, reject) => {
    resolveAll = resolve
    fail = reject
  })
  const failed = new Promise<never>((_resolve, reject) => all.catch(reject))
  failed.catch(() => {})
  const done = () => {
    clearTimeout(quiet)
    resolveAll(sentences)
  }
  const wait = () => {
    clearTimeout(quiet)
    quiet = setTimeout(done, QUIET_MS)
  }
  socket.on('message', (data, binary) => {
    const message = binary ? undefined : readFunasrMessage(String(data))
    if (message === undefined || (message.mode !== 'offline' && message.mode !== '2pass-offline')) return
    sentences.push(message)
    if (!over) return
    if (message.mode === 'offline' && !message.isFinal) done()
    else wait()
  })
  const end = (reason: unknown) => {
    clearTimeout(quiet)
    fail(reason)
  }
  const lost = (why: string) =>
    end(new SpeechError('network', `the FunASR server ${why}`, { retryable: true }))
  socket.on('error', (error) => lost(`cannot be reached: ${error.message}`))
  socket.on('close', (code) => lost(`closed the connection (${code}) before it had answered`))
  const aborted = () => end(signal.reason)
  signal.addEventListener('abort', aborted, { once: true })
  socket.on('close', () => signal.removeEventListener('abort', aborted))
  return {
    failed,
    all,
    soundIsOver: () => {
      over = true
      if (sentences.length > 0) wait()
    },
  }
}
