import { fileURLToPath } from 'node:url'
import { TiedProcess } from './tied-process.ts'

const SENSEVOICE = fileURLToPath(new URL('../../../packages/server/bin/sensevoice.js', import.meta.url))
const READY_LIMIT_MS = 20_000
const SERVED = /served at http(:\/\/[\w.:]+)/

/** `sensevoice serve` in a process of its own, with the embedded model. */
export class Companion {
  /** For `companionBackend()`. */
  readonly url: string
  readonly #process: TiedProcess

  private constructor(process: TiedProcess, url: string) {
    this.#process = process
    this.url = url
  }

  /** Starts it on a free port; resolves when it listens. */
  static async start(): Promise<Companion> {
    const child = new TiedProcess('sensevoice', [process.execPath, SENSEVOICE, 'serve', '--port', '0'], {})
    try {
      await child.until(async () => SERVED.test(child.said), READY_LIMIT_MS)
      return new Companion(child, `ws${SERVED.exec(child.said)?.[1]}/ws/agent-{id}`)
    } catch (error) {
      await child.kill()
      throw error
    }
  }

  /** It is gone at once, as by `kill -9`. */
  async kill(): Promise<void> {
    await this.#process.kill()
  }
}
