// How many devices may speak at once on one core: each streams utterances of 5 s in real time to `sensevoice serve`, and their number is raised
// until the 95th percentile from the end of speech to the final result is over the hang-over + 1 s. The same over a server of sherpa-onnx-node
// (bench/speakers-peer.mjs), with the same model file, VAD network and hang-over, in the same run. Without partial results, which the peer has none of.
// The server has its cores to itself, the speakers have the others. Linux, two cores or more; needs `npm run build`, and for a full-size model
// `sensevoice model prepare FOLDER` before. Speakers say as much as the machine is idle; processor time says it on a busy one too.
// Usage: node bench/speakers.mjs [FOLDER with model.int8.onnx, tokens.txt and manifest.json; default: the tiny model]
//   [--cores 1] [--turns 3] [--start 8] [--most 1024] [--peer sherpa|none]
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { HANG_OVER_MS, playSpeakers } from './speakers-load.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cores: { type: 'string', default: '1' },
    turns: { type: 'string', default: '3' },
    start: { type: 'string', default: '8' },
    most: { type: 'string', default: '1024' },
    peer: { type: 'string', default: 'sherpa' },
  },
})
const [folder = `${root}models/tiny`] = positionals
const [cores, turns, start, most] = [values.cores, values.turns, values.start, values.most].map(Number)
if (!['sherpa', 'none'].includes(values.peer)) throw new Error('--peer is sherpa or none')
if (!(cores >= 1 && cores < availableParallelism()))
  throw new Error(`--cores must leave one of ${availableParallelism()} to the speakers`)
const LIMIT_MS = HANG_OVER_MS + 1000
/** The search ends when what failed is so little more than what was kept up with. */
const CLOSE = 1.1

const servers = {
  sensevoice: [
    `${root}packages/server/bin/sensevoice.js`,
    ...['serve', '--port', '0', '--model', folder, '--parallel', String(cores), '--threads', '1'],
    ...['--connections', String(2 * most), '--per-address', String(2 * most)],
  ],
  'sherpa-onnx-node': [`${root}bench/speakers-peer.mjs`, folder, String(cores)],
}

/** Processor time of all threads of a process. Linux counts it in steps of 10 ms. */
function processorMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(user) + Number(system)) * 10
}

/** On its own cores, until `use` has ended. */
async function serving(argv, use) {
  const child = spawn('taskset', ['-c', `0-${cores - 1}`, process.execPath, ...argv], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const url = await new Promise((resolve, reject) => {
    let said = ''
    child.stderr.on('data', (data) => {
      said = (said + data).slice(-4000)
      const found = /served at http(\S+)/.exec(said)
      if (found) resolve(`ws${found[1]}`)
    })
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)))
  })
  try {
    return await use(url, child.pid)
  } finally {
    child.removeAllListeners('exit')
    child.kill('SIGKILL')
  }
}

const shown = (ms) => (Number.isFinite(ms) ? ms.toFixed(0) : 'never').padStart(6)

/** The most speakers that are kept up with. */
async function mostSpeakers(name) {
  return await serving(servers[name], async (url, pid) => {
    const keepsUp = async (speakers) => {
      const before = processorMs(pid)
      const { p50, p95, lost, lateMs } = await playSpeakers({ url, speakers, turns })
      const eachMs = (processorMs(pid) - before) / (speakers * (turns + 1))
      const kept = p95 <= LIMIT_MS && lost === 0
      console.log(
        `  ${name.padEnd(17)} ${String(speakers).padStart(5)} speakers: median ${shown(p50)} ms, p95 ${shown(p95)} ms, unanswered ${lost}, processor ${eachMs.toFixed(0)} ms an utterance` +
          `, speakers up to ${lateMs.toFixed(0)} ms late: ${kept ? 'kept up' : 'not kept up'}`,
      )
      // The load's own lateness would be taken for the server's.
      if (!kept && lateMs > LIMIT_MS / 4)
        throw new Error('the speakers themselves are too slow: give them more cores')
      return kept
    }
    let [kept, failed] = [0, Number.POSITIVE_INFINITY]
    for (let next = start; next <= most && failed === Number.POSITIVE_INFINITY; next *= 2) {
      if (await keepsUp(next)) kept = next
      else failed = next
    }
    while (Number.isFinite(failed) && failed - kept > 1 && failed > kept * CLOSE) {
      const next = Math.floor((kept + failed) / 2)
      if (await keepsUp(next)) kept = next
      else failed = next
    }
    return { kept, found: Number.isFinite(failed) }
  })
}

execFileSync('taskset', ['-a', '-c', '-p', `${cores}-${availableParallelism() - 1}`, String(process.pid)])
const load = loadavg().map((value) => value.toFixed(2))
console.log(
  `utterances of 5 s in real time; final result within ${LIMIT_MS} ms of the end of speech, of them ${HANG_OVER_MS} hang-over; load average ${load.join(' ')}`,
)
const peer = values.peer === 'none' ? undefined : await mostSpeakers('sherpa-onnx-node')
const own = await mostSpeakers('sensevoice')
const told = ({ kept, found }) => `${found ? '' : 'at least '}${(kept / cores).toFixed(0)}`
console.log(`speakers per core: ${told(own)}`)
if (peer !== undefined) {
  console.log(`  sherpa-onnx-node: ${told(peer)}; ratio ${(own.kept / peer.kept).toFixed(2)}`)
}
process.exit(0)
