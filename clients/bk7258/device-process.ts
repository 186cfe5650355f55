import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('build/sensevoice-device-checked', import.meta.url))
const DIGITS = fileURLToPath(new URL('../../demo/public/samples/en-digits-jackson.wav', import.meta.url))

/** What a run of the example came to. */
export interface DeviceRun {
  readonly code: number | null
  /** One for each event, its fields. */
  readonly lines: readonly (readonly string[])[]
  /** Empty, unless a sanitizer or the command line complains. */
  readonly complaints: string
}

/** Lets the example, with every access checked, stream the spoken digits to a server on this machine. */
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
      const lines = output.split('\n').filter((line) => line !== '')
      resolve({ code, lines: lines.map((line) => line.split('\t')), complaints })
    })
  })
}

/** The lines of one kind, without it. */
export function linesOf(run: DeviceRun, kind: string): readonly (readonly string[])[] {
  return run.lines.filter(([first]) => first === kind).map((line) => line.slice(1))
}

/** The texts of the results. */
export function finalTexts(run: DeviceRun): readonly string[] {
  return linesOf(run, 'final').map((line) => line.at(-1) ?? '')
}
