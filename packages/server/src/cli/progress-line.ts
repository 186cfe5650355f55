import type { LoadProgress } from '@sensevoice-web/engine'
import { megabytes, type Streams } from './told.ts'

const LIVE_EVERY_MS = 200

/** Tells how far a download is: one line rewritten before somebody's eyes, else a line for every tenth. */
export class ProgressLine {
  readonly #streams: Streams
  #toldAt = 0
  /** Stage and tenth of the last line. */
  #mark = ''
  #open = false

  constructor(streams: Streams) {
    this.#streams = streams
  }

  tell({ stage, loadedBytes, totalBytes }: LoadProgress): void {
    const doing = stage === 'verifying' ? 'checking what is there' : 'downloading'
    const share = totalBytes === undefined ? undefined : loadedBytes / totalBytes
    const percent = share === undefined ? '' : ` (${Math.floor(share * 100)}%)`
    const line = `${doing}: ${megabytes(loadedBytes)}${totalBytes === undefined ? '' : ` of ${megabytes(totalBytes)}`}${percent}`
    if (this.#streams.live) this.#rewrite(line, share === 1)
    else
      this.#append(
        line,
        `${stage} ${share === undefined ? Math.floor(loadedBytes / 1e7) : Math.floor(share * 10)}`,
      )
  }

  /** Ends a line that was being rewritten. */
  end(): void {
    if (this.#open) this.#streams.error('\n')
    this.#open = false
  }

  #rewrite(line: string, last: boolean): void {
    const now = Date.now()
    if (!last && now - this.#toldAt < LIVE_EVERY_MS) return
    this.#toldAt = now
    this.#open = true
    this.#streams.error(`\r\u001b[K${line}`)
  }

  #append(line: string, mark: string): void {
    if (mark === this.#mark) return
    this.#mark = mark
    this.#streams.error(`${line}\n`)
  }
}
