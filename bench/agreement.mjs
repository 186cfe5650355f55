// On how many clips `sensevoice analyze` and sherpa-onnx-node write the same text: same model file, whole clips. Needs the built packages.
// Usage: node bench/agreement.mjs MODEL_DIR FILE ... (WAV or FLAC; a .jsonl with a `file` a line names files beside it)
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readAudioFile } from '../packages/server/dist/audio/read-audio-file.js'
import { resampledChunks } from '../packages/server/dist/audio/resampled-chunks.js'

const [modelDir, ...named] = process.argv.slice(2)
const files = named.flatMap((path) => {
  if (!path.endsWith('.jsonl')) return [path]
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  return lines.map((line) => join(dirname(path), JSON.parse(line).file))
})
if (files.length === 0 || !files.every((file) => existsSync(file)))
  throw new Error('give sound files that exist')

const said = ours()
// Only now: its libraries go before those of every process that is started later.
const { default: sherpa } = await import('sherpa-onnx-node')
const peer = new sherpa.OfflineRecognizer({
  featConfig: { sampleRate: 16_000, featureDim: 80 },
  modelConfig: {
    senseVoice: {
      model: join(modelDir, 'model.int8.onnx'),
      language: 'auto',
      useInverseTextNormalization: 1,
    },
    tokens: join(modelDir, 'tokens.txt'),
    numThreads: 1,
    provider: 'cpu',
    debug: 0,
  },
})

/** Text by file. */
function ours() {
  const command = fileURLToPath(new URL('../packages/server/bin/sensevoice.js', import.meta.url))
  const argv = [command, 'analyze', ...files, '--json', '--no-vad', '--model', modelDir]
  const out = execFileSync(process.execPath, argv, { encoding: 'utf8', maxBuffer: 2 ** 30 })
  return new Map(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ file, text }) => [file, text.trim()]),
  )
}

async function peers(file) {
  const parts = []
  for await (const chunk of resampledChunks(await readAudioFile(file))) parts.push(chunk)
  const samples = new Float32Array(parts.reduce((total, part) => total + part.length, 0))
  let at = 0
  for (const part of parts) {
    samples.set(part, at)
    at += part.length
  }
  const stream = peer.createStream()
  stream.acceptWaveform({ samples, sampleRate: 16_000 })
  peer.decode(stream)
  return peer.getResult(stream).text.trim()
}

const groups = new Map()
for (const file of files) {
  const group = basename(dirname(file))
  const counts = groups.get(group) ?? { same: 0, all: 0 }
  counts.all += 1
  if ((said.get(file) ?? '') === (await peers(file))) counts.same += 1
  groups.set(group, counts)
}
const total = { same: 0, all: 0 }
for (const [group, { same, all }] of groups) {
  console.log(`  ${group.padEnd(16)} ${same} of ${all}`)
  total.same += same
  total.all += all
}
console.log(
  `the same text on ${total.same} of ${total.all} clips: ${((100 * total.same) / total.all).toFixed(2)} %`,
)
