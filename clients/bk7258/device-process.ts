import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SocketServer } from './bad-servers.ts'

const PROGRAM = fileURLToPath(new URL('build/sensevoice-device-checked', import.meta.url))
const DIGITS = fileURLToPath(new URL('../../demo/public/samples/en-digits-jackson.wav', import.meta.url))

/** What a run of the example came to. */
export interface DeviceRun {
  readonly code: number | null
  /** One for each event, its fields. */
  readonly lines: readonly (readonly string[])[]
}

/**
 * Lets the example, with every access checked, stream the spoken digits to a server on this machine. Rejects when a sanitizer or the command
 * line complains.
 */
export function runDevice(port: number, ...options: string[]): Promise<DeviceRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(PROGRAM, ['--port', String(port), ...options, DIGITS])
    let [output, complaints] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (complaints !== '') return reject(new Error(complaints))
      const lines = output.split('\n').filter((line) => line !== '')
      resolve({ code, lines: lines.map((line) => line.split('\t')) })
    })
  })
}

/** The same against a server that is there for this run alone, and how many connections that took. */
export async function runAgainst(
  opening: Promise<SocketServer>,
  ...options: string[]
): Promise<{ readonly run: DeviceRun; readonly connections: number }> {
  const server = await opening
  try {
    const run = await runDevice(server.port, ...options)
    return { run, connections: server.connections }
  } finally {
    await server.close()
  }
}

/** The lines of one kind, without it. */
export function linesOf(run: DeviceRun, kind: string): readonly (readonly string[])[] {
  return run.lines.filter(([first]) => first === kind).map((line) => line.slice(1))
}

/** The texts of the results. */
export function finalTexts(run: DeviceRun): readonly string[] {
  return linesOf(run, 'final').map((line) => line.at(-1) ?? '')
}
