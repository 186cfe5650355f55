import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const COMMAND = join(import.meta.dirname, '../../packages/server/bin/sensevoice.js')
/** Loading the model on a busy machine. */
const START_MS = 30_000

export interface RunningCommand {
  /** Ends it as a person at a terminal would, and waits until it is over. */
  stop(): Promise<void>
  /** kill -9, and waits until it is over. */
  kill(): Promise<void>
}

export interface RunningCompanion extends RunningCommand {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
}

const running = new Set<ChildProcess>()

function start(args: readonly string[]): { child: ChildProcess } & RunningCommand {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  running.add(child)
  const over = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  void over.then(() => running.delete(child))
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal)
    await over
  }
  return { child, stop: end('SIGTERM'), kill: end('SIGKILL') }
}

/** The built command `sensevoice serve`, on a port of its own unless `args` name one. */
export async function serve(...args: string[]): Promise<RunningCompanion> {
  const { child, ...ends } = start(['serve', '--port', '0', '--drain-seconds', '2', ...args])
  const url = await new Promise<string>((resolve, reject) => {
    const said: string[] = []
    const fail = () => reject(new Error(`sensevoice serve did not start: ${said.join('\n')}`))
    const timer = setTimeout(fail, START_MS)
    child.once('exit', fail)
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      said.push(line)
      const found = /is served at (\S+)/.exec(line)?.[1]
      if (found === undefined) return
      clearTimeout(timer)
      resolve(found)
    })
  })
  return { ...ends, url, port: Number(new URL(url).port) }
}

/** The built command `sensevoice device`: it plays a WAV file in real time and leaves. */
export function device(companion: RunningCompanion, id: string, file: string): RunningCommand {
  const url = `${companion.url.replace('http', 'ws')}/ws/${id}`
  const { child, ...ends } = start(['device', '--file', file, '--url', url])
  child.stderr?.resume()
  return ends
}

/** Ends what a test has left. */
export async function stopAll(): Promise<void> {
  await Promise.all(
    [...running].map((child) => {
      const over = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      return over
    }),
  )
}
