import { LatencyStatistics, type SpeechError, type SpeechEvent } from '@sensevoice-web/engine'

/** What a record asks of the connection of its device. */
export interface DeviceLink {
  readonly device: string
  /** How it speaks; `unknown` before its first message. */
  readonly dialect: string
  /** What was taken from its socket and not worked on yet. */
  readonly backlog: { readonly messages: number; readonly soundMs: number }
}

/** One device as `GET /status/devices` tells of it. Everything is since it connected. */
export interface DeviceStatus {
  readonly id: string
  readonly dialect: string
  /** ISO 8601, of this machine's clock. */
  readonly connectedSince: string
  readonly connectedSeconds: number
  readonly soundSeconds: number
  readonly utterances: number
  /** From the end of speech to its result, over the newest 100 results; null before the first one. */
  readonly latencyMs: {
    readonly count: number
    readonly p50: number
    readonly p95: number
    readonly p99: number
  } | null
  readonly backlog: { readonly messages: number; readonly soundSeconds: number }
  /** Sound that was given up. */
  readonly droppedSeconds: number
  /** Errors that the device was told. */
  readonly failed: number
}

const SAMPLES_PER_SECOND = 16_000

/** Counts and times of one connected device: nothing of what it said. */
export class DeviceRecord {
  readonly link: DeviceLink
  readonly #since = new Date()
  readonly #sinceMs = performance.now()
  readonly #latency = new LatencyStatistics()
  /** An error is met as an event and again as the answer to a message: it is one. */
  readonly #met = new WeakSet<SpeechError>()
  #soundMs = 0
  #utterances = 0
  #droppedSamples = 0
  #failed = 0

  constructor(link: DeviceLink) {
    this.link = link
  }

  sound(durationMs: number): void {
    this.#soundMs += durationMs
  }

  event(event: SpeechEvent): void {
    if (event.type === 'overrun') this.#droppedSamples += event.samples
    if (event.type === 'error') this.error(event.error)
    if (event.type !== 'result') return
    this.#utterances += 1
    const { endOfSpeechToResultMs } = event.result.timings
    if (endOfSpeechToResultMs !== undefined) this.#latency.add(endOfSpeechToResultMs)
  }

  error(error: SpeechError): void {
    if (this.#met.has(error)) return
    this.#met.add(error)
    this.#failed += 1
  }

  status(): DeviceStatus {
    const { device, dialect, backlog } = this.link
    return {
      id: device,
      dialect,
      connectedSince: this.#since.toISOString(),
      connectedSeconds: (performance.now() - this.#sinceMs) / 1000,
      soundSeconds: this.#soundMs / 1000,
      utterances: this.#utterances,
      latencyMs: this.#percentiles(),
      backlog: { messages: backlog.messages, soundSeconds: backlog.soundMs / 1000 },
      droppedSeconds: this.#droppedSamples / SAMPLES_PER_SECOND,
      failed: this.#failed,
    }
  }

  #percentiles(): DeviceStatus['latencyMs'] {
    const summary = this.#latency.summary()
    if (summary === undefined) return null
    const { count, p50, p95, p99 } = summary
    return { count, p50, p95, p99 }
  }
}
