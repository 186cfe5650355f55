import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * onnxruntime-node 1.30 on Linux ends the process with a segmentation fault when it builds a session under a command line of 32 kB (24 kB are fine),
 * which is a thousand files. Longer ones are handed to a process of the same command through a pipe.
 */
const LONGEST_BYTES = 16_384
/** Set for that process: its arguments come through this file descriptor, as JSON. */
const MARK = 'SENSEVOICE_ARGUMENTS_FD'
const DESCRIPTOR = 3

/** The arguments of this process, wherever they came from. */
export function commandArguments(): readonly string[] {
  if (process.env[MARK] === undefined) return process.argv.slice(2)
  return JSON.parse(readFileSync(Number(process.env[MARK]), 'utf8')) as string[]
}

export function isTooLong(argv: readonly string[]): boolean {
  return (
    process.env[MARK] === undefined &&
    argv.reduce((bytes, one) => bytes + Buffer.byteLength(one) + 1, 0) > LONGEST_BYTES
  )
}

/** Runs the command anew with a short command line. @returns its exit status; 128 and the signal's number when a signal ended it */
export async function runWithPipe(argv: readonly string[]): Promise<number> {
  const [script = ''] = process.argv.slice(1)
  const child = spawn(process.execPath, [...process.execArgv, script], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, [MARK]: String(DESCRIPTOR) },
  })
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
  // A terminal's Ctrl+C reaches the child by itself; this process only has to wait for it.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', forward)
  const pipe = child.stdio[DESCRIPTOR] as NodeJS.WritableStream
  pipe.end(JSON.stringify(argv))
  return await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => resolve(status ?? (signal === 'SIGTERM' ? 143 : 130)))
  })
}
