import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { goldenPath } from './test-data/workspace.ts'

// The command as users run it: the built files, in a process of its own. `npm run build` makes them.
const BIN = fileURLToPath(new URL('../bin/sensevoice.js', import.meta.url))
const running: ChildProcess[] = []
/** A server that accepts and never answers. */
const silent = createServer()

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
  silent.close()
})

function run(argv: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [BIN, ...argv], { env: { ...process.env, ...env } })
  running.push(child)
  let [out, error] = ['', '']
  child.stdout.on('data', (data) => (out += data))
  child.stderr.on('data', (data) => (error += data))
  const exit = once(child, 'exit').then(([code]) => code as number)
  return { child, exit, out: () => out, error: () => error }
}

async function served(argv: readonly string[], env?: Record<string, string>) {
  const command = run(['serve', '--port', '0', ...argv], env)
  for (let wait = 0; wait < 200 && !/served at \S+/.test(command.error()); wait += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const url = /served at (\S+)/.exec(command.error())?.[1]
  if (url === undefined) throw new Error(command.error())
  return { ...command, url }
}

describe('sensevoice serve', () => {
  test('serves until SIGTERM, answers what was begun and ends with 0', async () => {
    const { url, child, exit, error } = await served([])
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'ok' })
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/a`)
    await once(socket, 'open')
    const pcm = readFileSync(goldenPath('en-three-one-four')).subarray(44)
    socket.send(JSON.stringify({ audio: pcm.toString('hex') }))
    const [reply] = await once(socket, 'message')
    expect(JSON.parse(String(reply))).toMatchObject({ text: '3 1 4.' })
    const closed = once(socket, 'close')
    child.kill('SIGTERM')
    expect((await closed)[0]).toBe(1001)
    expect(await exit).toBe(0)
    // What was said is nobody's business but the device's.
    expect(error()).not.toContain('3 1 4')
  }, 60_000)

  test('a signal ends it while it still waits for its model server', async () => {
    const asked = new Promise<void>((resolve) => {
      silent.once('connection', () => resolve())
    })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const model = ['--model', fileURLToPath(new URL('../dist/models/tiny', import.meta.url))]
    const triton = ['--backend', 'triton', '--endpoint', `http://127.0.0.1:${port}`]
    const { child, exit } = run(['serve', '--port', '0', ...model, ...triton])
    await asked
    child.kill('SIGTERM')
    expect(await exit).toBe(143)
  }, 60_000)

  test('names all faults at once and ends with 2', async () => {
    const { exit, error } = run(['serve', '--port', 'x', '--backend', 'cloud'])
    expect(await exit).toBe(2)
    for (const fault of ['--port', '--backend']) expect(error()).toContain(fault)
  }, 30_000)

  test('a token of the command opens the door of a server with that secret', async () => {
    const secret = { SENSEVOICE_SERVE_TOKEN_SECRET: 'a secret' }
    const { url } = await served([], secret)
    const token = run(['token', '--device', 'kitchen', '--days', '1'], secret)
    expect(await token.exit).toBe(0)
    const refused = new WebSocket(`${url.replace('http', 'ws')}/ws/kitchen`)
    const [, response] = await once(refused, 'unexpected-response')
    expect(response.statusCode).toBe(401)
    refused.on('error', () => {})
    refused.terminate()
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/kitchen?token=${token.out().trim()}`)
    await once(socket, 'open')
    socket.terminate()
  }, 60_000)

  test('a device that is played hears its words, also over a connection that is cut', async () => {
    const { url } = await served([])
    const at = (device: string) => ['--url', `${url.replace('http', 'ws')}/ws/${device}`]
    const file = ['--file', goldenPath('en-three-one-four')]
    const simple = run(['device', ...file, ...at('a'), '--jitter', '20'])
    const stream = run(['device', ...file, ...at('b'), '--dialect', 'b', '--cut-after', '700'])
    expect(await simple.exit).toBe(0)
    const replies = simple
      .out()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(replies.filter(({ final, text }) => final && text !== '').map(({ text }) => text)).toEqual([
      '3 1 4.',
    ])
    expect(await stream.exit).toBe(0)
    const events = stream
      .out()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.filter(({ type }) => type === 'result').map(({ result }) => result.text)).toEqual([
      '3 1 4.',
    ])
    expect(events.map(({ state }) => state)).toContain('reconnecting')
    const { sentSamples, takenSamples } = events.at(-1)
    expect(takenSamples).toBe(sentSamples)
  }, 60_000)

  test('a device without a server, and one without a file, say so', async () => {
    const lonely = run(['device', '--file', goldenPath('en-hello'), '--url', 'ws://127.0.0.1:9/ws/a'])
    expect(await lonely.exit).toBe(1)
    expect(lonely.error()).toContain('there is no server')
    const wrong = run(['device', '--dialect', 'z', '--loss', '101'])
    expect(await wrong.exit).toBe(2)
    for (const fault of ['--file', '--dialect', '--loss']) expect(wrong.error()).toContain(fault)
  }, 60_000)

  test('a token needs a device and a secret', async () => {
    const { exit } = run(['token', '--device', 'a b'], { SENSEVOICE_SERVE_TOKEN_SECRET: 's' })
    expect(await exit).toBe(2)
    expect(await run(['token', '--device', 'a']).exit).toBe(2)
  }, 30_000)

  test('explains itself', async () => {
    const { exit, out } = run(['serve', '--help'])
    expect(await exit).toBe(0)
    expect(out()).toContain('--token-secret')
  }, 30_000)
})
