// Autobahn's fuzzing client against the companion's WebSockets, which echo here: the same options, but for messages of up to 16 MiB, which some
// cases need. Prints how many cases passed, by group, and each that did not. Compression (12, 13) is not offered. Needs `npm run build` and Python 2.7:
// python2.7 -m pip install --target FOLDER autobahntestsuite==25.10.1
// Usage: node bench/autobahn.mjs FOLDER [--python python2.7] [--cases 1,2,3,4,5,6,7,9,10]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createWebSockets } from '../packages/server/dist/serve/web-sockets.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string', default: 'python2.7' },
    cases: { type: 'string', default: '1,2,3,4,5,6,7,9,10' },
  },
})
const [installed] = positionals
if (installed === undefined || !existsSync(join(installed, 'autobahntestsuite')))
  throw new Error('give the folder into which autobahntestsuite was installed')
const LIMIT_MS = 30 * 60_000

const sockets = createWebSockets(16 * 1024 * 1024)
const server = createServer().on('upgrade', (request, socket, head) => {
  socket.on('error', () => {})
  sockets.handleUpgrade(request, socket, head, (upgraded) => {
    upgraded.on('message', (data, binary) => upgraded.send(data, { binary }))
    upgraded.on('error', () => {})
  })
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')

const folder = mkdtempSync(join(tmpdir(), 'autobahn-'))
const agent = 'companion'
const spec = {
  outdir: join(folder, 'reports'),
  servers: [{ agent, url: `ws://127.0.0.1:${server.address().port}`, options: { version: 18 } }],
  cases: values.cases.split(',').map((group) => `${group}.*`),
  'exclude-cases': [],
  'exclude-agent-cases': {},
}
writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec))
const program =
  'import site, sys; site.addsitedir(sys.argv.pop(1)); from autobahntestsuite.wstest import run; run()'
const started = performance.now()
const client = spawn(
  values.python,
  ['-c', program, installed, '-m', 'fuzzingclient', '-s', join(folder, 'spec.json')],
  { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS },
)
let said = ''
for (const stream of [client.stdout, client.stderr]) stream.on('data', (data) => (said += data))
const [status] = await once(client, 'close')
const seconds = (performance.now() - started) / 1000
server.closeAllConnections()
server.close()
const index = join(spec.outdir, 'index.json')
if (status !== 0 || !existsSync(index)) {
  console.error(said.slice(-2000))
  throw new Error(`the fuzzing client ended with ${status}, and no report`)
}
const cases = Object.entries(JSON.parse(readFileSync(index, 'utf8'))[agent])
rmSync(folder, { recursive: true })

function told(results) {
  const counts = new Map()
  for (const [, { behavior }] of results) counts.set(behavior, (counts.get(behavior) ?? 0) + 1)
  return [...counts].map(([behavior, count]) => `${count} ${behavior}`).join(', ')
}
console.log(`${cases.length} cases in ${seconds.toFixed(1)} s: ${told(cases)}`)
for (const group of values.cases.split(',')) {
  const own = cases.filter(([name]) => name.startsWith(`${group}.`))
  if (own.length > 0)
    console.log(`  ${group.padStart(2)}  ${String(own.length).padStart(3)} cases: ${told(own)}`)
}
const remarkable = ([, { behavior, behaviorClose }]) => behavior !== 'OK' || behaviorClose !== 'OK'
for (const [name, { behavior, behaviorClose, remoteCloseCode }] of cases.filter(remarkable)) {
  console.log(`  ${name}: ${behavior}, closing ${behaviorClose} (code ${remoteCloseCode ?? 'none'})`)
}
