// The companion under many devices: all connected, some speaking at once in real time over the stream protocol. Prints what was lost or doubled
// (nothing may be: else it exits with 1), how long after the end of speech results came to their speakers, by the speakers' clock: with what sound
// waits before the server hears it, and what an answer waits on its way back. And the server's memory. Needs `npm run build`.
// Usage: node bench/companion.mjs [--connected 200] [--speaking 20] [--seconds 60] [--model FOLDER] [--parallel N]
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { UtteranceTally } from './utterance-tally.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const { values } = parseArgs({
  options: {
    connected: { type: 'string', default: '200' },
    speaking: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
    model: { type: 'string' },
    parallel: { type: 'string', default: '2' },
  },
})
const [connected, speaking, seconds] = [values.connected, values.speaking, values.seconds].map(Number)
const HANG_OVER_MS = 640
const CHUNK = 800
const SAMPLES_PER_MS = 16
/** Of full scale: the last sample above it is the end of speech. */
const LOUD = 0.01
const { StreamClient } = await import(`${root}packages/protocol/dist/index.js`)
const { WebSocket } = createRequire(`${root}packages/server/package.json`)('ws')

const argv = [
  'serve',
  '--port',
  '0',
  '--connections',
  String(connected + 10),
  '--per-address',
  String(connected + 10),
]
if (values.model) argv.push('--model', values.model)
const server = spawn(
  process.execPath,
  [
    `${root}packages/server/bin/sensevoice.js`,
    ...argv,
    '--parallel',
    values.parallel,
    '--idle-seconds',
    '3600',
  ],
  { stdio: ['ignore', 'ignore', 'pipe'] },
)
const url = await new Promise((resolve, reject) => {
  let said = ''
  server.stderr.on('data', (data) => {
    said += data
    const found = /served at http(\S+)/.exec(said)
    if (found) resolve(`ws${found[1]}`)
  })
  server.on('exit', () => reject(new Error(said)))
})

/** Resident memory of the server in MiB. */
function memory() {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

const wav = readFileSync(`${root}models/golden/audio/en-three-one-four.wav`)
const speech = Float32Array.from(
  new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length)),
  (value) => value / 32_768,
)
// One utterance and the silence that ends it.
const BEFORE = 4000
const turn = new Float32Array(Math.ceil((speech.length + 16_000) / CHUNK) * CHUNK)
turn.set(speech, BEFORE)
const speechEndMs = (BEFORE + speech.findLastIndex((value) => Math.abs(value) > LOUD) + 1) / SAMPLES_PER_MS
const turnMs = turn.length / SAMPLES_PER_MS
const turns = Math.max(1, Math.floor((seconds * 16_000) / turn.length))

const quiet = Array.from({ length: connected - speaking }, (_, at) => new WebSocket(`${url}/ws/quiet-${at}`))
await Promise.all(quiet.map((socket) => new Promise((resolve) => socket.once('open', resolve))))

const [late, heardLate] = [[], []]
/** A speaker that is late itself is measured by when it should have spoken: its lateness counts. */
let speakerLateMs = 0
const tallies = Array.from({ length: speaking }, () => new UtteranceTally(turns, turnMs))
let [finals, errors, partials] = [0, 0, 0]
async function speak(at) {
  let started = 0
  const client = new StreamClient({
    url: `${url}/ws/speaker-${at}`,
    WebSocket,
    sampleRate: 16_000,
    onEvent: (event) => {
      if (event.type === 'partial') partials += 1
      if (event.type === 'error' || event.type === 'overrun') errors += 1
      if (event.type !== 'result') return
      finals += 1
      tallies[at].take(event.result)
      const { startMs, endMs, timings } = event.result
      const turnNumber = Math.floor((startMs + endMs) / 2 / turnMs)
      late.push(performance.now() - (started + turnNumber * turnMs + speechEndMs))
      heardLate.push(timings.endOfSpeechToResultMs)
    },
  })
  await client.open()
  started = performance.now() + (at * 2000) / speaking
  for (let turnNumber = 0, chunk = 0; turnNumber < turns; turnNumber += 1) {
    for (let from = 0; from < turn.length; from += CHUNK, chunk += 1) {
      // A microphone gives a chunk when its last sample is there.
      const due = started + ((chunk + 1) * CHUNK) / SAMPLES_PER_MS
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
      speakerLateMs = Math.max(speakerLateMs, performance.now() - due)
      client.send(turn.subarray(from, from + CHUNK))
    }
  }
  await client.finish()
}

const before = memory()
const tenths = []
const watching = setInterval(() => tenths.push(memory().toFixed(0)), seconds * 100)
const failed = []
await Promise.all(tallies.map((_, at) => speak(at).catch((error) => failed.push(error))))
const after = memory()
clearInterval(watching)
for (const times of [late, heardLate]) times.sort((a, b) => a - b)
const at = (times, share) =>
  times[Math.min(times.length - 1, Math.ceil(share * times.length) - 1)] ?? Number.NaN
const sum = (figure) => tallies.reduce((total, tally) => total + tally[figure], 0)
const faults = {
  lost: sum('lost'),
  doubled: sum('doubled'),
  'cut in two': sum('extra'),
  'errors and overruns': errors,
  'speakers that could not finish': failed.length,
  'quiet devices cut off': quiet.filter((socket) => socket.readyState !== WebSocket.OPEN).length,
}
console.log(`${connected} devices connected, ${speaking} of them speaking at once, for ${seconds} s`)
console.log(`  utterances ${speaking * turns}, results ${finals}, partials ${partials}`)
console.log(
  `  ${Object.entries(faults)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ')}`,
)
for (const error of failed) console.log(`  a speaker could not finish: ${error.message}`)
for (const [name, share] of [
  ['median', 0.5],
  ['p99', 0.99],
  ['slowest', 1],
]) {
  const [ms, heardMs] = [at(late, share), at(heardLate, share)]
  console.log(
    `  end of speech to result, ${name.padEnd(8)} ${ms.toFixed(0).padStart(6)} ms: the hang-over + ${(ms - HANG_OVER_MS).toFixed(0)}; as the server counts ${heardMs.toFixed(0)}`,
  )
}
console.log(`  a chunk was sent ${speakerLateMs.toFixed(0)} ms late at most, which counts in these times`)
console.log(
  `  memory of the server: ${before.toFixed(0)} MiB at first, then at every tenth ${tenths.join(', ')}, ${after.toFixed(0)} at the end`,
)
for (const socket of quiet) socket.terminate()
server.kill('SIGTERM')
if (Object.values(faults).some((count) => count > 0)) process.exitCode = 1
