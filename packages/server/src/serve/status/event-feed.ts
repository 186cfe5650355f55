import type { ServerResponse } from 'node:http'
import { type SpeechEvent, serializeSpeechError } from '@sensevoice-web/engine'
import type { GoneReason, Watcher } from './connected-devices.ts'
import type { DeviceStatus } from './device-record.ts'

/** Bytes that may wait for a reader before it is taken for too slow. */
const MOST_WAITING_BYTES = 1 << 18
/** Proxies end what is silent for a minute, and a reader that is gone shows when it is written to. */
const STILL_HERE_MS = 15_000
/** How long the last words may take to be read. */
const LAST_WORDS_MS = 5000
/** What a view of a device shows; levels come twenty times a second and would say nothing more. */
const TOLD: ReadonlySet<SpeechEvent['type']> = new Set([
  'speech-start',
  'speech-end',
  'partial',
  'result',
  'discarded',
  'overrun',
  'error',
])

/**
 * One reader of one device, as Server-Sent Events: `open` with the device's status, messages that are serialized `SpeechEvent`s, and at the
 * end `gone` with its reason. A reader that does not read is cut.
 */
export class EventFeed implements Watcher {
  readonly #response: ServerResponse
  readonly #onSlow: () => void
  readonly #stillHere: NodeJS.Timeout

  /** @param onSlow the reader was cut because it did not read */
  constructor(response: ServerResponse, onSlow: () => void) {
    this.#response = response
    this.#onSlow = onSlow
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
      'X-Content-Type-Options': 'nosniff',
    })
    this.#stillHere = setInterval(() => this.#write(': still here\n\n'), STILL_HERE_MS).unref()
    response.once('close', () => clearInterval(this.#stillHere))
    response.on('error', () => {})
  }

  opened(status: DeviceStatus): void {
    this.#write(`event: open\ndata: ${JSON.stringify(status)}\n\n`)
  }

  event(event: SpeechEvent): void {
    if (TOLD.has(event.type)) this.#write(`data: ${JSON.stringify(plain(event))}\n\n`)
  }

  gone(reason: GoneReason): void {
    this.#write(`event: gone\ndata: ${JSON.stringify({ reason })}\n\n`)
    const response = this.#response
    response.end()
    const cut = setTimeout(() => response.destroy(), LAST_WORDS_MS).unref()
    response.once('close', () => clearTimeout(cut))
  }

  #write(text: string): void {
    const response = this.#response
    if (response.destroyed || response.writableEnded) return
    if (response.writableLength + Buffer.byteLength(text) > MOST_WAITING_BYTES) {
      this.#onSlow()
      response.destroy()
      return
    }
    response.write(text)
  }
}

/** As it goes over the wire: of an error neither where it arose nor why, which are the server's own matters. */
function plain(event: SpeechEvent): object {
  if (event.type !== 'error') return event
  const { stack: _stack, cause: _cause, ...error } = serializeSpeechError(event.error)
  return { ...event, error }
}
