import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { DeviceStatus } from '../../src/serve/status/device-record.ts'

/** What `GET /status/devices` tells. */
export interface CompanionFigures {
  readonly status: 'ok' | 'draining' | 'unavailable'
  readonly model: string
  readonly version: string
  readonly backend: string
  /** By a form, so that one can sign out. */
  readonly signedIn: boolean
  readonly devices: readonly DeviceStatus[]
}

const INTERVAL_MS = 2000
const ANSWER_MS = 5000

/** Asks for the figures every 2 s for as long as its host is on the page. */
export class FiguresController implements ReactiveController {
  /** The newest; undefined before the first answer. */
  figures: CompanionFigures | undefined
  /** When they came. */
  answeredAt: Date | undefined
  /** Whether the last question was left without an answer. */
  lost = false

  readonly #host: ReactiveControllerHost
  readonly #onFigures: (figures: CompanionFigures) => void
  #abort: AbortController | undefined

  constructor(host: ReactiveControllerHost, onFigures: (figures: CompanionFigures) => void) {
    this.#host = host
    this.#onFigures = onFigures
    host.addController(this)
  }

  hostConnected(): void {
    this.#abort = new AbortController()
    void this.#poll(this.#abort.signal)
  }

  hostDisconnected(): void {
    this.#abort?.abort()
  }

  async #poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const figures = await ask(signal)
      if (signal.aborted) return
      this.lost = figures === undefined
      if (figures !== undefined) {
        this.figures = figures
        this.answeredAt = new Date()
        this.#onFigures(figures)
      }
      this.#host.requestUpdate()
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS))
    }
  }
}

async function ask(signal: AbortSignal): Promise<CompanionFigures | undefined> {
  try {
    const response = await fetch('/status/devices', {
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    })
    // The cookie is over: the page itself asks for the token.
    if (response.status === 401) location.reload()
    return response.ok ? ((await response.json()) as CompanionFigures) : undefined
  } catch {
    return undefined
  }
}
