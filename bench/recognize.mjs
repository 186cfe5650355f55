// Time from samples to text of this engine on onnxruntime-node and of sherpa-onnx-node: same model file, same clips, same run, one thread.
// Needs the built packages. Usage: node bench/recognize.mjs [MODEL_DIR] [FILE.wav ...]
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readWav } from '@sensevoice-web/engine'
import { loadRecognizer } from '@sensevoice-web/onnx'
import * as runtime from 'onnxruntime-node'
import sherpa from 'sherpa-onnx-node'
import { median } from './median.mjs'
import { sherpaConfig } from './sherpa-config.mjs'

const ROUNDS = 15

const fromRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const [modelDir = fromRoot('models/tiny'), ...named] = process.argv.slice(2)
const golden = ['en-three-one-four', 'en-go-left', 'zh-yu-yin-shi-bie', 'ko-an-nyeong']
const files = named.length > 0 ? named : golden.map((name) => fromRoot(`models/golden/audio/${name}.wav`))

const { recognizer } = await loadRecognizer({
  runtime,
  model: readFileSync(join(modelDir, 'model.int8.onnx')),
  tokens: readFileSync(join(modelDir, 'tokens.txt'), 'utf8'),
  executionProvider: 'cpu',
  threads: 1,
  clock: () => performance.now(),
})
const peer = new sherpa.OfflineRecognizer(sherpaConfig(modelDir))

async function ours(samples) {
  return (await recognizer.recognize({ id: 0, samples, startSamples: 0 })).text
}

async function peers(samples) {
  const stream = peer.createStream()
  stream.acceptWaveform({ samples, sampleRate: 16_000 })
  peer.decode(stream)
  return peer.getResult(stream).text
}

async function timed(recognize, samples) {
  const started = performance.now()
  const text = await recognize(samples)
  return { ms: performance.now() - started, text }
}

console.log(`recognition, ms a clip, median of ${ROUNDS} in turns, one thread each`)
console.log('  clip                     seconds   ours    sherpa-onnx-node   ratio   same text')
for (const file of files) {
  const { samples, sampleRate } = readWav(readFileSync(file))
  if (sampleRate !== 16_000) throw new Error(`${file} has ${sampleRate} Hz; the comparison takes 16 kHz`)
  const [own, other] = [[], []]
  for (let round = 0; round < ROUNDS; round += 1) {
    own.push(await timed(ours, samples))
    other.push(await timed(peers, samples))
  }
  const ownMs = median(own.map(({ ms }) => ms))
  const otherMs = median(other.map(({ ms }) => ms))
  const same = own[0].text.trim() === other[0].text.trim()
  console.log(
    `  ${basename(file).padEnd(24)} ${(samples.length / 16_000).toFixed(2).padStart(7)} ${ownMs.toFixed(1).padStart(6)} ` +
      `${otherMs.toFixed(1).padStart(18)} ${(ownMs / otherMs).toFixed(2).padStart(7)}   ${same ? 'yes' : 'no'}`,
  )
}
await recognizer.dispose()
