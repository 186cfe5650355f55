import { type ChildProcess, spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { within } from './within.ts'

// The shell leads a group of its own, and ends all of it, the program's children too, as soon as the pipe at its descriptor 3 ends (when
// `kill` ends it, and when this process dies in any way) or the program ends.
const TIE = '"$0" "$@" </dev/null 3<&- & program=$!; { read -r _ <&3; kill -9 0; } & wait $program; kill -9 0'

/** A program that, with all processes it starts, cannot outlive this process. */
export class TiedProcess {
  readonly name: string
  readonly #child: ChildProcess
  readonly #ended: Promise<void>
  #said = ''

  constructor(name: string, command: readonly [string, ...string[]], env: Readonly<Record<string, string>>) {
    this.name = name
    const child = spawn('sh', ['-c', TIE, ...command], {
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
    this.#child = child
    this.#ended = new Promise((resolve) => {
      child.on('error', () => resolve())
      child.on('exit', () => resolve())
    })
    for (const pipe of [child.stdout, child.stderr]) {
      pipe?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text
      })
    }
  }

  /** Everything it has written so far. */
  get said(): string {
    return this.#said
  }

  /**
   * Waits until `ready` says yes.
   *
   * @throws Error with the program's last words when it ended before that, or when `limitMs` are over
   */
  async until(ready: () => Promise<boolean>, limitMs: number): Promise<void> {
    const endMs = performance.now() + limitMs
    let ended = false
    void this.#ended.then(() => {
      ended = true
    })
    while (!(await ready())) {
      if (ended) throw new Error(`${this.name} ended: ${this.#said.slice(-1500)}`)
      if (performance.now() > endMs) {
        throw new Error(`${this.name} was not ready within ${limitMs} ms: ${this.#said.slice(-1500)}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Kills it at once; resolves when it is gone. */
  async kill(): Promise<void> {
    ;(this.#child.stdio[3] as Duplex | null | undefined)?.destroy()
    await within(10_000, `the end of ${this.name}`, this.#ended)
  }
}
