// Devices that speak the stream protocol at once, in real time, and how long after the end of each utterance its result came.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { packFrame } from '../packages/protocol/dist/index.js'
import { SAMPLES_PER_MS, SPEECH_END_MS, TURN_MS, turnOfSpeech } from './turn-of-speech.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const { WebSocket } = createRequire(`${root}packages/server/package.json`)('ws')

export const HANG_OVER_MS = 640
const CHUNK_MS = 100
/** Results that come later than this behind the last turn count as never. */
const PATIENCE_MS = 10_000

const turn = turnOfSpeech()
const chunks = Array.from({ length: TURN_MS / CHUNK_MS }, (_, at) => {
  const samples = turn.subarray(at * CHUNK_MS * SAMPLES_PER_MS, (at + 1) * CHUNK_MS * SAMPLES_PER_MS)
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
})

const until = (dueMs) => new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())))

async function connect(url) {
  const socket = new WebSocket(url)
  const heard = []
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await new Promise((resolve, reject) => {
    socket.on('error', reject)
    void closed.then((code) => reject(new Error(`a connection was closed with ${code}`)))
    socket.on('open', () => {
      const audio = { format: 'pcm16', sampleRate: 16_000 }
      socket.send(
        JSON.stringify({ type: 'hello', protocol: 'sensevoice', version: 1, audio, partials: false }),
      )
    })
    socket.on('message', (data) => {
      const message = JSON.parse(String(data))
      if (message.type === 'welcome') resolve()
      if (message.type !== 'event' || message.event.type !== 'result') return
      const { startSamples, endSamples } = message.event.result
      heard.push({ middleMs: (startSamples + endSamples) / 2 / SAMPLES_PER_MS, atMs: performance.now() })
    })
  })
  return { socket, heard, closed }
}

/**
 * @param turns utterances of each that are measured, behind a first one that is not
 * @returns percentiles in ms, utterances without a result, and how late the speakers were at most
 */
export async function playSpeakers({ url, speakers, turns }) {
  const clients = []
  for (let at = 0; at < speakers; at += 1) clients.push(await connect(`${url}/ws/speaker-${at}`))
  const begin = performance.now() + 200
  let lateMs = 0
  const speak = async ({ socket }, startMs) => {
    for (let sequence = 0; sequence < (turns + 1) * chunks.length; sequence += 1) {
      const due = startMs + (sequence + 1) * CHUNK_MS
      await until(due)
      lateMs = Math.max(lateMs, performance.now() - due)
      socket.send(packFrame(sequence, chunks[sequence % chunks.length]))
    }
  }
  const started = clients.map((_, at) => begin + (at * TURN_MS) / speakers)
  await Promise.all(clients.map((client, at) => speak(client, started[at])))
  const deadline = performance.now() + PATIENCE_MS
  /** An utterance that the VAD divided is answered with its last result. */
  const answeredMs = ({ heard }, number) =>
    Math.max(
      ...heard.filter(({ middleMs }) => Math.floor(middleMs / TURN_MS) === number).map(({ atMs }) => atMs),
    )
  const late = () =>
    clients.flatMap((client, at) =>
      Array.from({ length: turns }, (_, number) => {
        const ms = answeredMs(client, number + 1) - (started[at] + (number + 1) * TURN_MS + SPEECH_END_MS)
        return Number.isFinite(ms) ? ms : Number.POSITIVE_INFINITY
      }),
    )
  while (late().includes(Number.POSITIVE_INFINITY) && performance.now() < deadline)
    await until(performance.now() + 100)
  const sorted = late().sort((one, other) => one - other)
  for (const { socket } of clients) {
    socket.send(JSON.stringify({ type: 'bye' }))
    socket.close()
  }
  await Promise.all(clients.map(({ closed }) => closed))
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]
  return {
    p50: at(0.5),
    p95: at(0.95),
    lost: sorted.filter((ms) => ms === Number.POSITIVE_INFINITY).length,
    lateMs,
  }
}
