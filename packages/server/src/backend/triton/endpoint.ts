import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen, isBrokenCircuitError } from 'cockatiel'
import type { OipAnswer, OipCall, OipClient, OipRequest } from '../oip/oip-client.ts'
import { OipError } from '../oip/oip-error.ts'
import type { EndpointCounters } from './pool-event.ts'
import type { PoolSettings } from './pool-options.ts'
import type { ServedModel } from './served-model.ts'

/** Failures that speak against the endpoint itself: overload is a sign of life, and a wrong request or a caller that gave up says nothing. */
const COUNTED = new Set(['unreachable', 'timeout', 'failed', 'bad-answer'])

type EndpointSettings = Omit<PoolSettings, 'endpoints' | 'deadlineMs' | 'tryTimeoutMs'>
type Health = EndpointCounters['health']

/** One server: whether it may be asked, and what became of what it was asked. */
export class Endpoint {
  readonly name: string
  readonly #client: OipClient
  readonly #model: ServedModel
  readonly #settings: EndpointSettings
  readonly #breaker
  readonly #closing = new AbortController()
  #health: Health = 'unknown'
  #reason = 'it was not asked yet'
  #lastFailure = ''
  #checking: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #counts = { outstanding: 0, answered: 0, failed: 0, overloaded: 0, circuitOpened: 0 }

  constructor(name: string, client: OipClient, model: ServedModel, settings: EndpointSettings) {
    this.name = name
    this.#client = client
    this.#model = model
    this.#settings = settings
    this.#breaker = circuitBreaker(
      handleWhen((error) => error instanceof OipError && COUNTED.has(error.kind)),
      { halfOpenAfter: settings.halfOpenAfterMs, breaker: new ConsecutiveBreaker(settings.failuresToOpen) },
    )
    this.#breaker.onStateChange((state) => this.#tellCircuit(state))
  }

  /** Whether requests may go here. */
  get available(): boolean {
    return this.#health === 'up' && this.#breaker.state === CircuitState.Closed
  }

  get health(): Health {
    return this.#health
  }

  get outstanding(): number {
    return this.#counts.outstanding
  }

  /** Why it is not available, in words. */
  get reason(): string {
    return this.#health === 'up' && !this.available ? this.#lastFailure : this.#reason
  }

  get counters(): EndpointCounters {
    const circuit = circuitName(this.#breaker.state)
    const { name: endpoint, available, health, reason } = this
    return { endpoint, available, health, circuit, reason, ...this.#counts }
  }

  /**
   * Asks the server once.
   *
   * @param read makes the result of the answer; what it throws counts as the endpoint's failure
   * @throws OipError
   */
  async ask<Result>(
    request: OipRequest,
    read: (answer: OipAnswer) => Result,
    call: OipCall,
  ): Promise<Result> {
    this.#counts.outstanding += 1
    try {
      const result = await this.#breaker.execute(async () => {
        try {
          return read(await this.#client.infer(request, call))
        } catch (error) {
          if (error instanceof OipError) this.#lastFailure = error.message
          throw error
        }
      })
      this.#counts.answered += 1
      return result
    } catch (error) {
      // Another request opened the circuit since this one was sent here.
      const failure = isBrokenCircuitError(error) ? new OipError('unready', this.reason) : error
      this.#noteFailure(failure)
      throw failure
    } finally {
      this.#counts.outstanding -= 1
    }
  }

  /** Checks now, and from then on again and again until `close`. */
  async watch(): Promise<void> {
    await this.check()
    if (this.#closing.signal.aborted) return
    this.#timer = setTimeout(() => void this.watch(), this.#settings.healthIntervalMs).unref()
  }

  /** Asks whether it is well; what comes of it stands in `health` and `reason`. Never rejects. */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined
    })
    return this.#checking
  }

  close(): void {
    this.#closing.abort()
    clearTimeout(this.#timer)
    this.#client.close()
  }

  async #check(): Promise<void> {
    const { name, version } = this.#model
    const call = { timeoutMs: this.#settings.healthTimeoutMs, signal: this.#closing.signal }
    const answeredBefore = this.#counts.answered
    try {
      await this.#client.check(name, version, call)
      const mismatch = this.#model.mismatch(await this.#client.parameters(name, version, call))
      if (mismatch !== undefined) return this.#turn('mismatch', mismatch)
      if (!this.available) await this.#probe(call)
      this.#turn('up', '')
    } catch (error) {
      if (this.#closing.signal.aborted) return
      // An open circuit whose time has not come yet: nothing was asked.
      if (isBrokenCircuitError(error)) return
      // Busy, and working: a full queue, or a check that waits behind requests which are being answered. It stays what it was.
      const working = this.#counts.answered > answeredBefore
      const kind = error instanceof OipError ? error.kind : undefined
      if (this.#health === 'up' && (kind === 'overloaded' || (kind === 'timeout' && working))) return
      this.#turn('down', error instanceof Error ? error.message : String(error))
    }
  }

  /** Under the breaker: the one call that an open circuit lets through when its time has come. */
  async #probe(call: OipCall): Promise<void> {
    await this.#breaker.execute(async () => {
      this.#model.checkProbe(await this.#client.infer(this.#model.probe, call))
    })
  }

  #noteFailure(error: unknown): void {
    this.#counts.failed += 1
    if (!(error instanceof OipError)) return
    if (error.kind === 'overloaded') this.#counts.overloaded += 1
    // Found out at once rather than at the next check.
    if (error.kind === 'unreachable' || error.kind === 'unready') void this.check()
  }

  #turn(health: 'up' | 'down' | 'mismatch', reason: string): void {
    if (this.#closing.signal.aborted) return
    const changed = health !== this.#health
    this.#health = health
    this.#reason = reason
    if (!changed) return
    const { onEvent } = this.#settings
    if (health === 'up') onEvent({ type: 'up', endpoint: this.name })
    else onEvent({ type: health, endpoint: this.name, reason })
  }

  #tellCircuit(state: CircuitState): void {
    const name = circuitName(state)
    if (name === 'open') this.#counts.circuitOpened += 1
    const reason = {
      open: this.#lastFailure,
      'half-open': 'its time is over',
      closed: 'the probe was answered',
    }[name]
    this.#settings.onEvent({ type: 'circuit', endpoint: this.name, state: name, reason })
  }
}

function circuitName(state: CircuitState): EndpointCounters['circuit'] {
  if (state === CircuitState.Closed) return 'closed'
  return state === CircuitState.HalfOpen ? 'half-open' : 'open'
}
