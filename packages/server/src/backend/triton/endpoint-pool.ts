import { performance } from 'node:perf_hooks'
import { SpeechError } from '@sensevoice-web/engine'
import type { OipAnswer, OipRequest } from '../oip/oip-client.ts'
import { OipError } from '../oip/oip-error.ts'
import { connect } from './connect.ts'
import { Endpoint } from './endpoint.ts'
import type { PoolCounters } from './pool-event.ts'
import { failureOf, type Try } from './pool-failure.ts'
import { type EndpointPoolOptions, type PoolSettings, poolSettings } from './pool-options.ts'
import type { ServedModel } from './served-model.ts'

/** Less than this is left of a deadline: nothing is begun that cannot be answered. */
const SHORTEST_TRY_MS = 10
/** Before the same endpoint is asked again: by then it is known whether only that one connection was old. */
const SAME_ENDPOINT_PAUSE_MS = 100

export interface PoolCall {
  /** Instead of the pool's own deadline, for this request over all its tries. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}

/** A call of one size. */
export interface SizedCall extends PoolCall {
  /** What a request of this size takes to compute: on top of the time for one try, and twice on top of the pool's own deadline, for another try. Default 0 ms. */
  readonly allowanceMs?: number
}

/**
 * Several servers of one model as one: the least busy of those that are well is asked, another one when it fails, until the deadline. A server is
 * well when its health checks say so, its model is the right one, it has answered a probe, and its circuit is closed: after some failures in
 * a row it opens, and closes when a later probe is answered. Probes are the pool's own, so that no caller waits for a server in doubt.
 */
export class EndpointPool {
  readonly #endpoints: readonly Endpoint[]
  readonly #settings: PoolSettings
  readonly #closing = new AbortController()
  #turn = 0
  #counts = { requests: 0, answered: 0, failed: 0, retries: 0 }

  /** @throws SpeechError `invalid-argument` */
  constructor(model: ServedModel, options: EndpointPoolOptions) {
    this.#settings = poolSettings(options)
    this.#endpoints = this.#settings.endpoints.map(
      (name) => new Endpoint(name, connect(name, options), model, this.#settings),
    )
  }

  /** Starts the health checks; settles when one endpoint is available, or all have been asked once. */
  async start(): Promise<void> {
    const checks = this.#endpoints.map(async (endpoint) => {
      await endpoint.watch()
      if (!endpoint.available) throw new Error(endpoint.reason)
    })
    await Promise.any(checks).catch(() => undefined)
  }

  /** Whether any endpoint may be asked now. */
  get available(): boolean {
    return this.#endpoints.some((endpoint) => endpoint.available)
  }

  /** What a request would be refused with now, when none is available. */
  get trouble(): SpeechError {
    return failureOf([], this.#endpoints)
  }

  get counters(): PoolCounters {
    return { ...this.#counts, endpoints: this.#endpoints.map(({ counters }) => counters) }
  }

  /**
   * One request, answered by whichever endpoint.
   *
   * @param read makes the result of the answer; an OipError of it counts as the endpoint's failure, and another one is asked
   * @throws SpeechError `busy` when an endpoint was overloaded and no other answered, `network` when none could be reached or answered in time,
   *   `inference-failed` when the request was refused, `model-unsupported` when all serve another model, `closed`
   */
  async infer<Result>(
    request: OipRequest,
    read: (answer: OipAnswer) => Result,
    { allowanceMs = 0, deadlineMs = this.#settings.deadlineMs + 2 * allowanceMs, signal }: SizedCall = {},
  ): Promise<Result> {
    if (this.#closing.signal.aborted) throw closed()
    this.#counts.requests += 1
    const end = performance.now() + deadlineMs
    const tries: Try[] = []
    for (let next = this.#choose(tries); next !== undefined; next = this.#choose(tries)) {
      const last = tries.at(-1)
      if (last?.endpoint === next) await this.#pause(signal)
      const leftMs = end - performance.now()
      if (leftMs < SHORTEST_TRY_MS || !next.available) break
      if (last !== undefined) this.#tellRetry(last, next)
      try {
        const timeoutMs = Math.min(this.#settings.tryTimeoutMs + allowanceMs, leftMs)
        const result = await next.ask(request, read, {
          timeoutMs,
          ...(signal === undefined ? {} : { signal }),
        })
        this.#counts.answered += 1
        return result
      } catch (error) {
        this.#throwIfGivenUp(signal, error)
        if (!(error instanceof OipError)) throw this.#failed(error)
        tries.push({ endpoint: next, error })
        if (error.kind === 'refused') break
      }
    }
    throw this.#failed(failureOf(tries, this.#endpoints))
  }

  close(): void {
    this.#closing.abort()
    for (const endpoint of this.#endpoints) endpoint.close()
  }

  /** The least busy endpoint that was not asked yet, by turns among equals; else, once, one whose connection broke: it may only have been an old one. */
  #choose(tries: readonly Try[]): Endpoint | undefined {
    this.#turn += 1
    const available = this.#endpoints
      .map((_, index, all) => all[(index + this.#turn) % all.length])
      .filter((endpoint) => endpoint?.available === true)
    const asked = (endpoint: Endpoint | undefined) => tries.filter((past) => past.endpoint === endpoint)
    const fresh = available.filter((endpoint) => asked(endpoint).length === 0)
    const again = available.filter((endpoint) => {
      const past = asked(endpoint)
      return past.length === 1 && past[0]?.error.kind === 'unreachable'
    })
    const candidates = fresh.length > 0 ? fresh : again
    return candidates.reduce(
      (best, endpoint) => ((endpoint?.outstanding ?? 0) < (best?.outstanding ?? 0) ? endpoint : best),
      candidates[0],
    )
  }

  #tellRetry({ endpoint, error }: Try, next: Endpoint): void {
    this.#counts.retries += 1
    this.#settings.onEvent({ type: 'retry', from: endpoint.name, to: next.name, reason: error.message })
  }

  async #pause(signal: AbortSignal | undefined): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, SAME_ENDPOINT_PAUSE_MS))
    this.#throwIfGivenUp(signal, undefined)
  }

  #throwIfGivenUp(signal: AbortSignal | undefined, cause: unknown): void {
    if (this.#closing.signal.aborted) throw this.#failed(closed())
    if (signal?.aborted !== true) return
    throw this.#failed(new SpeechError('closed', 'the request was given up by its caller', { cause }))
  }

  #failed(error: unknown): unknown {
    this.#counts.failed += 1
    return error
  }
}

function closed(): SpeechError {
  return new SpeechError('closed', 'the connection to the model servers was closed')
}
