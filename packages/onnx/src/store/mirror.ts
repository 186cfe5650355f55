import { isSpeechError, SpeechError } from '@sensevoice-web/engine'
import { LONGEST_WAIT_MS, type Wait, waitMs } from './back-off.ts'
import { type HttpFetch, HttpRequest, Stalled } from './http.ts'
import { judge } from './judge-answer.ts'
import { looksLikeHtml } from './looks-like-html.ts'
import type { Transfer } from './transfer.ts'

/** An attempt that brought this much counts as no failure: a connection that breaks every 10 MB still gets there. */
const WORTHWHILE_BYTES = 1 << 20

export interface MirrorOptions {
  readonly fetch: HttpFetch
  readonly stallMs: number
  readonly attempts: number
  readonly wait: Wait
  readonly signal?: AbortSignal | undefined
}

/** How one request ended. */
type Outcome =
  | { readonly type: 'ended' }
  | { readonly type: 'start-over'; readonly why: string }
  | { readonly type: 'later'; readonly error: SpeechError; readonly retryAfter: string | null }
  | { readonly type: 'give-up'; readonly error: SpeechError }

/** One address of the file and the patience with it. */
export class Mirror {
  readonly #url: string
  readonly #transfer: Transfer
  readonly #options: MirrorOptions
  #failures = 0
  #startedOver = 0

  constructor(url: string, transfer: Transfer, options: MirrorOptions) {
    this.#url = url
    this.#transfer = transfer
    this.#options = options
  }

  /** @returns undefined once the file is whole and proven, else why this address is given up */
  async fetch(): Promise<SpeechError | undefined> {
    const transfer = this.#transfer
    for (;;) {
      if (transfer.complete) {
        if (await transfer.proven()) return undefined
        // What was put together of several answers may be wrong at a joint, or in a part of another address: one more time in one piece.
        const blameless = transfer.pieced && this.#startedOver === 0
        await transfer.clear()
        if (!blameless)
          return new SpeechError('model-corrupt', 'the SHA-256 of the file there is another one')
        this.#startedOver += 1
        continue
      }
      const before = transfer.held
      const outcome = await this.#request()
      if (transfer.held - before >= WORTHWHILE_BYTES) this.#failures = 0
      const end = await this.#after(outcome)
      if (end !== undefined) return end
    }
  }

  /** @returns why this address is given up, or undefined to go on with it */
  async #after(outcome: Outcome): Promise<SpeechError | undefined> {
    switch (outcome.type) {
      case 'ended':
        return undefined
      case 'give-up':
        return outcome.error
      case 'start-over':
        await this.#transfer.clear()
        this.#startedOver += 1
        return this.#startedOver > 2 ? new SpeechError('network', outcome.why) : undefined
      case 'later': {
        this.#failures += 1
        if (this.#failures >= this.#options.attempts) return outcome.error
        const ms = waitMs(this.#failures, outcome.retryAfter, Date.now())
        if (ms > LONGEST_WAIT_MS) return outcome.error
        await this.#options.wait(ms, this.#options.signal)
        return undefined
      }
    }
  }

  async #request(): Promise<Outcome> {
    const request = new HttpRequest(this.#options)
    try {
      return await this.#ask(request)
    } catch (error) {
      if (isSpeechError(error) || this.#options.signal?.aborted) throw error
      const { held } = this.#transfer
      const said = error instanceof Stalled ? error.message : `the connection failed (${messageOf(error)})`
      const where = held === 0 ? '' : ` after ${held} bytes`
      const failure = new SpeechError('network', `${said}${where}`, { retryable: true, cause: error })
      return { type: 'later', error: failure, retryAfter: null }
    } finally {
      request.close()
    }
  }

  async #ask(request: HttpRequest): Promise<Outcome> {
    const transfer = this.#transfer
    const offset = transfer.held
    // No If-Range: it is no header that other origins take without being asked first. The version is compared in the answer instead, and
    // where the hash is known it proves more than any version.
    const answer = await request.open(this.#url, offset === 0 ? {} : { Range: `bytes=${offset}-` })
    const verdict = judge(answer, {
      url: this.#url,
      offset,
      bytes: transfer.total,
      tag: transfer.tagFor(this.#url),
      provable: transfer.provable,
    })
    if (verdict.type !== 'continue' && verdict.type !== 'begin') return verdict
    if (verdict.type === 'begin' && offset > 0) await transfer.clear()
    await transfer.begin(this.#url, verdict)
    return await this.#take(request)
  }

  async #take(request: HttpRequest): Promise<Outcome> {
    const transfer = this.#transfer
    for (;;) {
      const chunk = await request.next()
      if (chunk === undefined) break
      if (transfer.held === 0 && looksLikeHtml(chunk)) {
        return giveUp('model-not-found', 'a web page is there, not the file')
      }
      if (transfer.total !== undefined && transfer.held + chunk.length > transfer.total) {
        const { total } = transfer
        await transfer.clear()
        return giveUp('model-corrupt', `the file there has more than the expected ${total} bytes`)
      }
      await transfer.take(chunk)
    }
    transfer.end()
    if (transfer.complete) return { type: 'ended' }
    const error = new SpeechError('network', `the connection ended after ${transfer.held} bytes`, {
      retryable: true,
    })
    return { type: 'later', error, retryAfter: null }
  }
}

function giveUp(code: 'model-corrupt' | 'model-not-found', said: string): Outcome {
  return { type: 'give-up', error: new SpeechError(code, said) }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
