import { floatToPcm16, SpeechError } from '@sensevoice-web/engine'
import { DEVICE_REPLY_BYTES, StreamClient, type WebSocketClass } from '@sensevoice-web/protocol'
import { WebSocket } from 'ws'
import type { DeviceOptions } from './device-options.ts'

/** What the firmware sends at once. */
const CHUNK_SAMPLES = 800
const SAMPLES_PER_MS = 16
const RECONNECT_MS = 500

/** What a device tells of itself; `line` for people. */
export type Say = (line: string) => void

/**
 * Plays a device: chunks of 50 ms in real time, as late and as lossy as asked for.
 *
 * @param sound mono at 16 kHz
 * @throws SpeechError `network` when there is no server
 */
export async function playDevice(sound: Float32Array, options: DeviceOptions, say: Say): Promise<void> {
  if (options.dialect === 'a') await playMessages(sound, options, say)
  else await playStream(sound, options, say)
}

/** Dialect a: one message, one reply; after a cut the device goes on with its newest chunk. */
async function playMessages(sound: Float32Array, options: DeviceOptions, say: Say): Promise<void> {
  const { slowMs } = options
  let socket = await connect(options)
  let waiting = 0
  let done: () => void = () => {}
  const listen = (to: WebSocket) => {
    to.on('message', (data) => {
      const bytes = Buffer.byteLength(String(data))
      if (bytes > DEVICE_REPLY_BYTES) say(`a reply of ${bytes} bytes: the firmware would lose it`)
      say(String(data))
      if (slowMs > 0) {
        to.pause()
        setTimeout(() => to.resume(), slowMs)
      }
      waiting -= 1
      if (waiting <= 0) done()
    })
    to.on('close', (code) => {
      // What was not answered is not any more: this protocol has no way to ask.
      waiting = 0
      done()
      say(`closed with ${code}`)
    })
  }
  listen(socket)
  for await (const { chunk, cut } of paced(sound, options)) {
    if (cut) {
      say('cut')
      socket.terminate()
      await pause(RECONNECT_MS)
      socket = await connect(options)
      listen(socket)
    }
    if (Math.random() < options.loss) continue
    const pcm = floatToPcm16(chunk)
    const audio = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('hex')
    if (socket.readyState !== WebSocket.OPEN) continue
    waiting += 1
    socket.send(JSON.stringify({ audio, sample_rate: 16_000 }))
  }
  waiting += 1
  socket.send(JSON.stringify({ audio: '', final: true }))
  await new Promise<void>((resolve) => {
    done = resolve
    if (waiting <= 0) resolve()
  })
  socket.removeAllListeners('close')
  socket.close()
}

/** Dialect b: the session goes on after a cut. */
async function playStream(sound: Float32Array, options: DeviceOptions, say: Say): Promise<void> {
  const sockets: WebSocket[] = []
  const { slowMs } = options
  class Watched extends WebSocket {
    constructor(url: string) {
      super(url)
      sockets.push(this)
      if (slowMs > 0) {
        this.on('message', () => {
          this.pause()
          setTimeout(() => this.resume(), slowMs)
        })
      }
    }
  }
  const client = new StreamClient({
    url: addressOf(options),
    WebSocket: Watched as unknown as WebSocketClass,
    sampleRate: 16_000,
    onEvent: (event) =>
      say(JSON.stringify(event.type === 'error' ? { ...event, error: event.error.message } : event)),
    onConnection: (state) => say(JSON.stringify({ type: 'connection', state: state.type })),
  })
  await client.open()
  for await (const { chunk, cut } of paced(sound, options)) {
    if (cut) sockets.at(-1)?.terminate()
    client.send(chunk)
  }
  const samples = await client.finish()
  say(JSON.stringify({ type: 'finished', sentSamples: sound.length, takenSamples: samples }))
}

/** Chunks when they are due, and whether the connection is to be cut before one. */
async function* paced(sound: Float32Array, { jitterMs, cutsMs }: DeviceOptions) {
  const started = performance.now()
  const cuts = cutsMs.toSorted((one, other) => one - other)
  for (let at = 0; at < sound.length; at += CHUNK_SAMPLES) {
    const dueMs = (at + CHUNK_SAMPLES) / SAMPLES_PER_MS + Math.random() * jitterMs
    await pause(Math.max(0, started + dueMs - performance.now()))
    const cut = (cuts[0] ?? Number.POSITIVE_INFINITY) <= at / SAMPLES_PER_MS
    if (cut) cuts.shift()
    yield { chunk: sound.subarray(at, at + CHUNK_SAMPLES), cut }
  }
}

function connect(options: DeviceOptions): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(addressOf(options))
    socket.once('open', () => resolve(socket))
    socket.once('unexpected-response', (_request, { statusCode }) =>
      reject(
        new SpeechError('network', `the server refuses this device with ${statusCode}`, {
          hint: 'Look at --url and --token.',
        }),
      ),
    )
    socket.on('error', (cause) =>
      reject(
        new SpeechError('network', `there is no server at ${options.url}`, {
          hint: 'Start one: sensevoice serve',
          cause,
        }),
      ),
    )
  })
}

function addressOf({ url, token }: DeviceOptions): string {
  if (token === undefined) return url
  return `${url}${url.includes('?') ? '&' : '?'}token=${encodeURIComponent(token)}`
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
