// A server as one writes it over sherpa-onnx-node: its VAD ends utterances, its recognizer decodes them on threads of Node's pool. It speaks as much
// of the stream protocol as bench/speakers-load.mjs hears. In a process of its own, since its onnxruntime must not meet another.
// Usage: node bench/speakers-peer.mjs FOLDER CORES
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { readFrame } from '../packages/protocol/dist/index.js'
import { sherpaRecognizer } from './sherpa-recognizer.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const { WebSocketServer } = createRequire(`${root}packages/server/package.json`)('ws')
const { default: sherpa } = await import('sherpa-onnx-node')

const [folder, cores] = process.argv.slice(2)
const recognize = await sherpaRecognizer(folder, Number(cores))

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
      const text = await recognize(segment.samples)
      const result = { text, startSamples: segment.start, endSamples: segment.start + segment.samples.length }
      say({ type: 'event', number, event: { type: 'result', result } })
      number += 1
    }
  })
})
server.on('listening', () => console.error(`served at http://127.0.0.1:${server.address().port}`))
