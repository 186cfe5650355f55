import type { RecognitionKind, SpeechError, SpeechEvent } from '@sensevoice-web/engine'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Gauges {
  connections(): number
  sessions(): number
  waiting(): number
  ready(): boolean
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What Prometheus may know: counts and times, never who or what. */
export class Metrics {
  readonly registry = new Registry()
  readonly #messages: Counter<'kind'>
  readonly #errors: Counter<'code'>
  readonly #refusals: Counter<'status'>
  readonly #segments: Counter<'outcome'>
  readonly #lost: Counter
  readonly #slow: Counter
  readonly #dead: Counter
  readonly #fallbacks: Counter<'kind'>
  readonly #queued: Histogram
  readonly #stages: Histogram<'stage'>

  constructor(gauges: Gauges) {
    const registers = [this.registry]
    collectDefaultMetrics({ register: this.registry, prefix: 'sensevoice_' })
    const gauge = (name: string, help: string, value: () => number) =>
      new Gauge({
        name: `sensevoice_${name}`,
        help,
        registers,
        collect() {
          this.set(value())
        },
      })
    gauge('connections', 'Open connections.', gauges.connections)
    gauge('sessions', 'Stream sessions, with those that wait for their client.', gauges.sessions)
    gauge('queue_waiting', 'Segments that wait for the backend.', gauges.waiting)
    gauge('ready', '1 when the backend can be asked.', () => Number(gauges.ready()))
    const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
      new Counter<Label>({ name: `sensevoice_${name}_total`, help, labelNames, registers })
    this.#messages = counter('messages', 'Messages received.', ['kind'])
    this.#errors = counter('errors', 'Errors told to clients.', ['code'])
    this.#refusals = counter('refusals', 'Connections refused before the upgrade.', ['status'])
    this.#segments = counter('segments', 'Segments by what came of them.', ['outcome'])
    this.#lost = counter('lost_samples', 'Sound that was given up, in samples at 16 kHz.')
    this.#slow = counter('slow_readers', 'Connections cut because their client did not read.')
    this.#dead = counter('connections_dead', 'Connections cut because nothing came behind two pings.')
    this.#fallbacks = counter('fallbacks', 'Recognitions done here since no Triton server answered.', [
      'kind',
    ])
    this.#queued = new Histogram({
      name: 'sensevoice_queue_seconds',
      help: 'How long a segment waited for the backend.',
      buckets: SECONDS,
      registers,
    })
    this.#stages = new Histogram({
      name: 'sensevoice_stage_seconds',
      help: 'Time of each stage of a result.',
      labelNames: ['stage'],
      buckets: SECONDS,
      registers,
    })
  }

  message(kind: 'text' | 'binary'): void {
    this.#messages.inc({ kind })
  }

  error({ code }: SpeechError): void {
    this.#errors.inc({ code })
  }

  refusal(status: number): void {
    this.#refusals.inc({ status: String(status) })
  }

  slowReader(): void {
    this.#slow.inc()
  }

  deadConnection(): void {
    this.#dead.inc()
  }

  fallback(kind: RecognitionKind): void {
    this.#fallbacks.inc({ kind })
  }

  queued(waitedMs: number): void {
    this.#queued.observe(waitedMs / 1000)
  }

  event(event: SpeechEvent): void {
    if (event.type === 'overrun') this.#lost.inc(event.samples)
    if (event.type === 'error') this.#segments.inc({ outcome: 'failed' })
    if (event.type === 'discarded') this.#segments.inc({ outcome: 'discarded' })
    if (event.type !== 'result') return
    this.#segments.inc({ outcome: 'result' })
    const { frontEndMs, inferenceMs, totalMs, endOfSpeechToResultMs } = event.result.timings
    const stages = {
      frontEnd: frontEndMs,
      inference: inferenceMs,
      total: totalMs,
      endOfSpeech: endOfSpeechToResultMs,
    }
    for (const [stage, ms] of Object.entries(stages)) {
      if (ms !== undefined) this.#stages.observe({ stage }, ms / 1000)
    }
  }
}
