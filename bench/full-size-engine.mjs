// One engine on Node, in a process of its own so that its memory is its own. Prints one JSON line: load and recognition times in ms, peak MiB.
// Called by full-size.mjs: node bench/full-size-engine.mjs ENGINE FOLDER THREADS ROUNDS SAMPLES.raw LENGTHS
import { readFileSync } from 'node:fs'
import { median } from './median.mjs'
import { sherpaConfig } from './sherpa-config.mjs'

const [engine, folder, threadsText, roundsText, rawPath, lengthsText] = process.argv.slice(2)
const threads = Number(threadsText)
const rounds = Number(roundsText)
const raw = readFileSync(rawPath)
const samples = Float32Array.from(
  new Int16Array(raw.buffer, raw.byteOffset, raw.length / 2),
  (value) => value / 32_768,
)

const ENGINES = {
  /** The folder as `sensevoice analyze` takes it: prepared where it was prepared. */
  async ours() {
    const { readModel } = await import('../packages/server/dist/model/read-model.js')
    const { loadRecognizer } = await import('@sensevoice-web/onnx')
    const runtime = await import('onnxruntime-node')
    const clock = () => performance.now()
    const files = await readModel(folder)
    const { recognizer } = await loadRecognizer({
      ...files,
      runtime,
      executionProvider: 'cpu',
      threads,
      clock,
    })
    return async (sound) => (await recognizer.recognize({ id: 0, samples: sound, startSamples: 0 })).text
  },
  async 'sherpa-onnx-node'() {
    const { default: sherpa } = await import('sherpa-onnx-node')
    const recognizer = new sherpa.OfflineRecognizer(sherpaConfig(folder, threads))
    return async (sound) => {
      const stream = recognizer.createStream()
      stream.acceptWaveform({ samples: sound, sampleRate: 16_000 })
      recognizer.decode(stream)
      return recognizer.getResult(stream).text
    }
  },
  async 'sherpa-onnx (WASM)'() {
    const { default: sherpa } = await import('sherpa-onnx')
    const recognizer = sherpa.createOfflineRecognizer(sherpaConfig(folder, threads))
    return async (sound) => {
      const stream = recognizer.createStream()
      stream.acceptWaveform(16_000, sound)
      recognizer.decode(stream)
      const { text } = recognizer.getResult(stream)
      stream.free()
      return text
    }
  },
}

const started = performance.now()
const recognize = await ENGINES[engine]()
const loadMs = performance.now() - started
await recognize(samples.subarray(0, 16_000))
const times = {}
for (const seconds of lengthsText.split(',').map(Number)) {
  const found = []
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now()
    await recognize(samples.subarray(0, seconds * 16_000))
    found.push(performance.now() - begun)
  }
  times[seconds] = median(found)
}
const peakMib = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024
console.log(JSON.stringify({ loadMs, times, peakMib }))
process.exit(0)
