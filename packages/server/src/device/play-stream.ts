import { DEVICE_REPLY_BYTES, StreamClient, type WebSocketClass } from '@sensevoice-web/protocol'
import { WebSocket } from 'ws'
import { addressOf, readLate, socketOptions } from './device-link.ts'
import type { DeviceOptions } from './device-options.ts'
import type { Say } from './firmware-rules.ts'
import { paced } from './paced.ts'

const CHUNK_SAMPLES = 800

/** Dialect b: the session goes on after a cut. */
export async function playStream(sound: Float32Array, options: DeviceOptions, say: Say): Promise<void> {
  const sockets: WebSocket[] = []
  class Watched extends WebSocket {
    constructor(url: string) {
      super(url, socketOptions(options, say))
      sockets.push(this)
      readLate(this, options.slowMs)
    }
  }
  const client = new StreamClient({
    url: addressOf(options),
    WebSocket: Watched as unknown as WebSocketClass,
    sampleRate: 16_000,
    maxMessageBytes: DEVICE_REPLY_BYTES,
    onEvent: (event) =>
      say(JSON.stringify(event.type === 'error' ? { ...event, error: event.error.message } : event)),
    onConnection: (state) => say(JSON.stringify({ type: 'connection', state: state.type })),
  })
  await client.open()
  for await (const { chunk, cut } of paced(sound, CHUNK_SAMPLES, performance.now(), options)) {
    if (cut) sockets.at(-1)?.terminate()
    client.send(chunk)
  }
  const samples = await client.finish()
  say(JSON.stringify({ type: 'finished', sentSamples: sound.length, takenSamples: samples }))
}
