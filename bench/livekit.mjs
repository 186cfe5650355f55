// How many LiveKit sessions one process takes at once on two cores, how long after the end of speech their final results come, and what processor
// time and memory that needs. Beside it the same streams over sherpa-onnx-node as their backend, in a process of their own, in the same run. Sessions are
// STT streams of the plugin, fed with utterances of 5 s in real time, with interim results every 400 ms; there is no room, so WebRTC is not in the
// figures. "Frames late" is how long a frame waited for the event loop.
// Linux; needs `npm run build`, and for a full-size model `sensevoice model prepare FOLDER` before.
// Usage: node bench/livekit.mjs [FOLDER with model.int8.onnx, tokens.txt and manifest.json ...; default: the tiny model]
//   [--cores 2] [--sessions 1,5,10,20,40] [--turns 5] [--peer sherpa|none]
import { execFile } from 'node:child_process'
import { availableParallelism, loadavg } from 'node:os'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'

const root = fileURLToPath(new URL('../', import.meta.url))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cores: { type: 'string', default: '2' },
    sessions: { type: 'string', default: '1,5,10,20,40' },
    turns: { type: 'string', default: '5' },
    peer: { type: 'string', default: 'sherpa' },
  },
})
if (!['sherpa', 'none'].includes(values.peer)) throw new Error('--peer is sherpa or none')
const cores = Number(values.cores)
if (!(cores >= 1 && cores <= availableParallelism()))
  throw new Error(`--cores must be 1 to ${availableParallelism()}`)
const folders = positionals.length === 0 ? [`${root}models/tiny`] : positionals
const engines = values.peer === 'none' ? ['sensevoice'] : ['sherpa-onnx-node', 'sensevoice']
const counts = values.sessions.split(',').map(Number)
const HANG_OVER_MS = 640
const LIMIT_MS = HANG_OVER_MS + 1000

async function measure(engine, folder, sessions) {
  const script = [`${root}bench/livekit-sessions.mjs`, engine, folder, sessions, values.turns, cores].map(
    String,
  )
  const argv = ['-c', `0-${cores - 1}`, process.execPath, ...script]
  const { stdout } = await promisify(execFile)('taskset', argv, { maxBuffer: 1 << 24 })
  const found = JSON.parse(stdout.trim().split('\n').at(-1))
  const sorted = found.latenciesMs.sort((one, other) => one - other)
  const average = sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length
  const [min = Number.NaN, max = Number.NaN] = [sorted[0], sorted.at(-1)]
  const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1] ?? Number.NaN
  const kept = found.unanswered === 0 && found.droppedMs === 0 && p95 <= LIMIT_MS
  return { ...found, average, min, max, p95, kept }
}

function row(folder, engine, sessions, found) {
  const { average, min, max, p95, kept, unanswered, interimsEach, processorMs, wallMs, soundMs } = found
  const cells = [
    basename(folder),
    engine,
    sessions,
    ...[average, min, max, p95].map((ms) => ms.toFixed(0)),
    unanswered,
    interimsEach.toFixed(1),
    `${((100 * processorMs) / wallMs / cores).toFixed(0)} %`,
    (soundMs / processorMs).toFixed(1),
    found.loadedMib.toFixed(0),
    found.peakMib.toFixed(0),
    found.lateMs.toFixed(0),
    kept ? 'yes' : 'no',
  ]
  return `| ${cells.join(' | ')} |`
}

const load = loadavg().map((value) => value.toFixed(2))
console.log(
  `utterances of 5 s on ${cores} cores; ms from the end of speech to the final result, of them ${HANG_OVER_MS} hang-over; real time: p95 within ${LIMIT_MS} ms; load average ${load.join(' ')}`,
)
const heads =
  'model|engine|sessions|average|min|max|p95|unanswered|interims an utterance|processor|seconds of sound a processor second|MiB loaded|MiB peak|frames up to ms late|real time'.split(
    '|',
  )
console.log(`| ${heads.join(' | ')} |\n|${'---|'.repeat(heads.length)}`)
const told = []
for (const folder of folders) {
  const found = Object.fromEntries(engines.map((engine) => [engine, []]))
  for (const sessions of counts) {
    for (const engine of engines) {
      const behind = found[engine].at(-1)?.kept === false
      if (behind) continue
      const measured = await measure(engine, folder, sessions)
      found[engine].push({ sessions, ...measured })
      console.log(row(folder, engine, sessions, measured))
    }
  }
  for (const engine of engines) {
    const [least, most] = [found[engine][0], found[engine].at(-1)]
    const kept = Math.max(0, ...found[engine].filter(({ kept }) => kept).map(({ sessions }) => sessions))
    const eachMib = (most.peakMib - least.peakMib) / (most.sessions - least.sessions)
    const each = Number.isFinite(eachMib) ? `, ${eachMib.toFixed(1)} MiB a further session` : ''
    told.push(`${basename(folder)}, ${engine}: in real time with ${kept} sessions${each}`)
  }
}
console.log(`\n${told.join('\n')}`)
