import { SpeechError } from '@sensevoice-web/engine'
import { type Remote, releaseProxy, wrap } from 'comlink'

/** What every worker of ours answers to. */
export interface HostedApi {
  holdLock(name: string): Promise<void>
}

/**
 * One worker and its comlink proxy, with the one thing comlink leaves out: an end. When the worker dies (script not found, uncaught error,
 * terminated, out of memory) every pending and later call rejects with `worker-failed` instead of waiting for ever.
 */
export class WorkerHost<Api extends HostedApi> {
  readonly #worker: Worker
  readonly #remote: Remote<Api>
  readonly #name: string
  readonly #gone = new AbortController()
  #reportFailure!: (error: SpeechError) => void
  #failure: SpeechError | undefined
  /** Resolves with the reason once the worker is dead; never when it was ended by `terminate`. */
  readonly failed: Promise<SpeechError>

  /** @throws SpeechError `not-supported` where the browser refuses such a worker (another origin, CSP) */
  constructor(url: string, name: string) {
    this.#name = name
    this.failed = new Promise((resolve) => {
      this.#reportFailure = resolve
    })
    try {
      this.#worker = new Worker(url, { type: 'module', name: `sensevoice-${name}` })
    } catch (cause) {
      throw new SpeechError('not-supported', `the browser refuses the ${name} worker at ${url}`, {
        hint: 'Workers must lie on the page’s own origin and be allowed by the CSP (worker-src).',
        cause,
      })
    }
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault()
      if (event.message) this.#fail(`the ${name} worker stopped: ${event.message}`)
      else void this.#explainStart(url)
    })
    this.#worker.addEventListener('messageerror', () => {
      this.#fail(`a message of the ${name} worker could not be read`)
    })
    this.#remote = wrap<Api>(this.#worker)
    void this.#watchLock()
  }

  /**
   * Runs a call on the worker; rejects with the worker's own error, with `worker-failed` when it dies, or with the signal's reason.
   * After an abort the worker may still be at it.
   */
  async call<Value>(run: (api: Remote<Api>) => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    signal?.throwIfAborted()
    if (this.#failure) throw this.#failure
    return await new Promise<Value>((resolve, reject) => {
      const onAbort = () => reject(signal?.reason)
      const onGone = () => reject(this.#gone.signal.reason)
      const settle = () => {
        signal?.removeEventListener('abort', onAbort)
        this.#gone.signal.removeEventListener('abort', onGone)
      }
      signal?.addEventListener('abort', onAbort)
      this.#gone.signal.addEventListener('abort', onGone)
      run(this.#remote).then(resolve, reject).finally(settle)
    })
  }

  /** @param reason what calls that wait, and later ones, are rejected with */
  terminate(reason = new SpeechError('closed', `the ${this.#name} worker was closed`)): void {
    this.#end(reason)
  }

  /** A lock that the worker holds falls to the page when the worker dies, whatever the cause: no heartbeat, no guessing at slow answers. */
  async #watchLock(): Promise<void> {
    if (navigator.locks === undefined) return
    const lock = `sensevoice-web ${this.#name} ${crypto.randomUUID()}`
    try {
      await this.call((api) => (api as unknown as Remote<HostedApi>).holdLock(lock))
      await navigator.locks.request(lock, { signal: this.#gone.signal }, () => undefined)
      this.#fail(`the ${this.#name} worker was ended from outside or ran out of memory`)
    } catch {
      // Ended by us, or already reported by the error event.
    }
  }

  /** A worker whose script cannot be loaded fires an event without a word: ask the server why. */
  async #explainStart(url: string): Promise<void> {
    let what = 'its script could not be run (CSP?)'
    try {
      const response = await fetch(url, { method: 'HEAD' })
      const type = response.headers.get('content-type') ?? 'no content type'
      if (!response.ok) what = `the server answers ${response.status}`
      else if (!/javascript/.test(type)) what = `the server sends it as ${type}`
    } catch {
      what = 'the server cannot be reached'
    }
    this.#fail(
      `the ${this.#name} worker at ${url} did not start: ${what}`,
      'Host the package’s dist folder as it is, or name the files’ places in `assets`. In Vite before version 8 set optimizeDeps.exclude to ["sensevoice-web"].',
    )
  }

  #fail(
    message: string,
    hint = 'Sound not yet answered is lost; a new listen() or analyze() starts new workers.',
  ): void {
    if (this.#gone.signal.aborted) return
    const error = new SpeechError('worker-failed', message, { hint, retryable: true })
    this.#end(error)
    this.#reportFailure(error)
  }

  #end(reason: SpeechError): void {
    if (this.#gone.signal.aborted) return
    this.#failure = reason
    this.#worker.terminate()
    this.#gone.abort(reason)
    this.#remote[releaseProxy]()
  }
}
