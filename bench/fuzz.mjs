// Messages of noise to a running companion, over real sockets, in each of its protocols: mutations of what clients say, in text and binary. Every
// connection must end with the answer to a message that is right, or with 1007 for text that is no UTF-8: else it exits with 1. Prints what came, and
// the server's memory.
// Usage: node bench/fuzz.mjs [--messages 100000] [--seed 1]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('../', import.meta.url))
const { values } = parseArgs({
  options: { messages: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
})
const { WebSocket } = createRequire(`${root}packages/server/package.json`)('ws')
/** After so many messages a connection is asked something right, and the next one begins. */
const PER_CONNECTION = 250
const AT_ONCE = 8
const ANSWER_MS = 30_000
/** How a connection may end. */
const RIGHT = ['answered', 'closed with 1007']

const audio = { format: 'pcm16', sampleRate: 16_000 }
const frame = (...bytes) => Buffer.from([...bytes, ...new Array(320).fill(7)])
const HELLO_2 = { type: 'hello', version: 2, transport: 'websocket', audio_params: { format: 'opus' } }
/** A header of xiaozhi's version 2 that says so many bytes, and none behind it. */
function frameOfLength(bytes) {
  const header = Buffer.alloc(16)
  header.writeUInt16BE(2, 0)
  header.writeUInt32BE(bytes, 12)
  return header
}
/** The answer to a message that quotes a number, and behind it the answer to one that is right: what came before the quote answers noise. */
function behindQuote(quote, isAnswer) {
  let quoted = false
  return (message, text) => {
    if (quoted) return isAnswer(message)
    quoted = text.includes(quote)
    return false
  }
}

/**
 * What a client says first, and what it says later. `probe` is what it says at its end, all of it made of a number that is new each time, and
 * `answered` whether a message answers that: no answer to noise can look like it.
 */
const PROTOCOLS = {
  device: {
    first: { audio: '0000', sample_rate: 16_000 },
    later: [
      { audio: '0102030405060708', sample_rate: 16_000 },
      { audio: '', final: true, language: 'en' },
    ],
    binary: [frame()],
    // Nothing of it comes back, but who is forced is told, and noise speaks no Cantonese. Besides, every message has one reply.
    probe: () => [{ audio: '0'.repeat(4 * 16_000), sample_rate: 16_000, language: 'yue' }],
    answered: () => (message) => message.final === true && message.language === 'yue',
    oneReplyEach: true,
  },
  stream: {
    first: { type: 'hello', protocol: 'sensevoice', version: 1, audio },
    later: [
      { type: 'configure', language: 'ja', segmentation: { hangOverMs: 500 } },
      { type: 'ack', nextEvent: 0 },
      { type: 'end-segment' },
      { type: 'hello', protocol: 'sensevoice', version: 1, audio, resume: { session: 'x', nextEvent: 0 } },
    ],
    binary: [frame(1, 0, 0, 0, 0, 0, 0, 0)],
    probe: (id) => [{ type: 'ping', id }],
    answered: (id) => (message) => message.type === 'pong' && message.id === id,
  },
  xiaozhi: {
    first: { type: 'hello', version: 1, transport: 'websocket', audio_params: { format: 'opus' } },
    later: [
      { type: 'listen', state: 'start', mode: 'auto' },
      { type: 'listen', state: 'stop' },
      { type: 'abort', reason: 'x' },
    ],
    binary: [frame(0, 1, 0, 0), frame(255)],
    // A frame of version 2 that says a length it does not have: the error tells the length.
    probe: (id) => [HELLO_2, frameOfLength(id), HELLO_2],
    answered: (id) => behindQuote(`says ${id} bytes`, (message) => message.type === 'hello'),
  },
  beken: {
    first: { type: 'hello', interact_mode: 3 },
    later: [
      { type: 'session.update', input_audio_format: 'pcm' },
      { type: 'input_audio_buffer.commit' },
      { type: 'flow_control', flag: 'idle' },
    ],
    binary: [frame(0xd5, 0xf0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 1, 0, 0, 0, 0)],
    // The error tells the codec that is not heard.
    probe: (id) => [
      { type: 'session.update', input_audio_format: `codec ${id}` },
      { type: 'session.update', input_audio_format: 'pcm' },
    ],
    answered: (id) => behindQuote(`codec ${id}`, (message) => message.type === 'session.updated'),
  },
}

let state = Number(values.seed)
function random() {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}
const pick = (list) => list[Math.floor(random() * list.length)]

function mutated(bytes) {
  const noise = Buffer.from(bytes)
  for (let change = 0; change < 1 + random() * 3; change += 1) {
    noise[Math.floor(random() * noise.length)] = Math.floor(random() * 256)
  }
  return random() < 0.2 ? noise.subarray(0, Math.floor(random() * noise.length)) : noise
}

/** Text must be UTF-8, or the connection ends by the standard before anybody reads it: one in two thousand is not. */
function noiseOf({ first, later, binary }) {
  if (random() < 0.3) return { data: mutated(pick(binary)), binary: true }
  const text = mutated(Buffer.from(JSON.stringify(pick([first, ...later]))))
  return { data: random() < 0.0005 ? text : Buffer.from(text.toString('latin1')), binary: false }
}

/** One connection: a right beginning, noise, a right end. @returns `answered`, the close code, `silent`, or how many replies came instead of one each */
async function connection(url, protocol, sent) {
  const socket = new WebSocket(url)
  socket.on('error', () => {})
  const closed = once(socket, 'close').then(([code]) => `closed with ${code}`)
  // No length of a frame in the noise is as large.
  const id = 3_000_000_000 + Math.floor(random() * 1_000_000_000)
  const isAnswer = protocol.answered(id)
  let [asked, replies] = [0, 0]
  const answered = new Promise((resolve) => {
    socket.on('message', (data, isBinary) => {
      replies += 1
      const text = String(data)
      if (isBinary || !isAnswer(JSON.parse(text), text)) return
      const right = !protocol.oneReplyEach || replies === asked
      resolve(right ? 'answered' : `with ${replies} replies to ${asked} messages`)
    })
  })
  const say = (message) => {
    asked += 1
    socket.send(Buffer.isBuffer(message) ? message : JSON.stringify(message))
  }
  await Promise.race([once(socket, 'open'), closed])
  say(protocol.first)
  for (let count = 0; count < PER_CONNECTION && socket.readyState === WebSocket.OPEN; count += 1) {
    const { data, binary } = noiseOf(protocol)
    asked += 1
    socket.send(data, { binary })
    sent.messages += 1
    while (socket.bufferedAmount > 65_536) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  let timer
  const silent = new Promise((resolve) => {
    timer = setTimeout(resolve, ANSWER_MS, 'silent')
  })
  for (const message of protocol.probe(id)) say(message)
  const outcome = await Promise.race([answered, closed, silent])
  clearTimeout(timer)
  socket.terminate()
  return outcome
}

const bin = `${root}packages/server/bin/sensevoice.js`
const server = spawn(process.execPath, [bin, 'serve', '--port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] })
let said = ''
server.stderr.on('data', (data) => {
  said += data
})
while (!/served at http(\S+)/.test(said)) await new Promise((resolve) => setTimeout(resolve, 50))
const url = `ws${/served at http(\S+)/.exec(said)[1]}`
const memory = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) / 1024

let wrong = 0
for (const [name, protocol] of Object.entries(PROTOCOLS)) {
  const outcomes = new Map()
  const before = memory()
  const started = performance.now()
  const sent = { connections: 0, messages: 0 }
  const worker = async (at) => {
    while (sent.messages < Number(values.messages)) {
      sent.connections += 1
      const outcome = await connection(`${url}/ws/fuzz-${name}-${at}`, protocol, sent)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => worker(at)))
  for (const [outcome, count] of outcomes) if (!RIGHT.includes(outcome)) wrong += count
  const told = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ')
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  console.log(
    `${name}: ${sent.messages} messages over ${sent.connections} connections in ${seconds} s: ${told}`,
  )
  console.log(`  memory of the server ${before.toFixed(0)} -> ${memory().toFixed(0)} MiB`)
}
const alive = server.exitCode === null
console.log(alive ? 'The server is alive.' : `The server ended: ${said.slice(-500)}`)
server.kill('SIGTERM')
if (!alive || wrong > 0) process.exitCode = 1
