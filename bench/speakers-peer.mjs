// A server as one writes it over sherpa-onnx-node: its VAD ends utterances, its recognizer decodes them on threads of Node's pool. It speaks as much
// of the stream protocol as bench/speakers-load.mjs hears. In a process of its own, since its onnxruntime must not meet another.
// Usage: node bench/speakers-peer.mjs FOLDER CORES
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readFrame } from '../packages/protocol/dist/index.js'

const root = fileURLToPath(new URL('../', import.meta.url))
const { WebSocketServer } = createRequire(`${root}packages/server/package.json`)('ws')
const { default: sherpa } = await import('sherpa-onnx-node')

const [folder, cores] = process.argv.slice(2)
const recognizer = new sherpa.OfflineRecognizer({
  featConfig: { sampleRate: 16_000, featureDim: 80 },
  modelConfig: {
    senseVoice: { model: join(folder, 'model.int8.onnx'), language: 'auto', useInverseTextNormalization: 1 },
    tokens: join(folder, 'tokens.txt'),
    numThreads: 1,
    provider: 'cpu',
    debug: 0,
  },
})

// As many at once as there are cores; the others wait in order.
let running = 0
const waiting = []
async function recognize(samples) {
  if (running === Number(cores)) await new Promise((resolve) => waiting.push(resolve))
  else running += 1
  try {
    const stream = recognizer.createStream()
    stream.acceptWaveform({ samples, sampleRate: 16_000 })
    return await recognizer.decodeAsync(stream)
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}

function createVad() {
  const sileroVad = {
    model: `${root}packages/server/dist/models/silero_vad_v6.onnx`,
    threshold: 0.5,
    minSilenceDuration: 0.64,
    minSpeechDuration: 0.25,
    maxSpeechDuration: 30,
    windowSize: 512,
  }
  return new sherpa.Vad({ sileroVad, sampleRate: 16_000, numThreads: 1, debug: false }, 60)
}

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
server.on('connection', (socket) => {
  const vad = createVad()
  let number = 0
  const say = (message) => socket.send(JSON.stringify(message))
  socket.on('error', () => {})
  socket.on('message', async (data, binary) => {
    if (!binary) {
      if (JSON.parse(String(data)).type === 'hello') say({ type: 'welcome' })
      return
    }
    const { payload } = readFrame(data)
    const samples = new Float32Array(payload.length / 2)
    for (let at = 0; at < samples.length; at += 1) samples[at] = data.readInt16LE(8 + at * 2) / 32_768
    vad.acceptWaveform(samples)
    while (!vad.isEmpty()) {
      const segment = vad.front(false)
      vad.pop()
      const { text } = await recognize(segment.samples)
      const result = { text, startSamples: segment.start, endSamples: segment.start + segment.samples.length }
      say({ type: 'event', number, event: { type: 'result', result } })
      number += 1
    }
  })
})
server.on('listening', () => console.error(`served at http://127.0.0.1:${server.address().port}`))
