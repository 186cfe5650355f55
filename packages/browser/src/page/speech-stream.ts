import {
  deserializeSpeechError,
  SpeechError,
  type SpeechErrorCode,
  type SpeechEvent,
} from '@sensevoice-web/engine'
import { transfer } from 'comlink'
import type { EventPortMessage } from '../wire/event-port.ts'
import type { StreamChanges, StreamConfig } from '../wire/stream-config.ts'
import type { OpenStream } from './analysis-place.ts'
import { EventOrder } from './event-order.ts'
import type { WorkerPair } from './worker-pair.ts'

/** After these a WASM heap is not to be trusted. */
const POISONOUS: readonly SpeechErrorCode[] = ['inference-failed', 'out-of-memory']

/** One stream of sound through both workers, seen from the page: ports are laid here, sound and jobs flow past it. */
export class SpeechStream implements OpenStream {
  readonly audio: MessagePort
  /** Rejects when a worker died or could not go on. */
  readonly done: Promise<void>
  readonly #pair: WorkerPair
  readonly #ports: readonly MessagePort[]

  private constructor(
    pair: WorkerPair,
    audio: MessagePort,
    events: readonly MessagePort[],
    deliver: (event: SpeechEvent) => void,
  ) {
    this.#pair = pair
    this.audio = audio
    this.#ports = [audio, ...events]
    const order = new EventOrder(deliver)
    const closed = Promise.all(events.map((port) => closing(port, (event) => order.push(event))))
    const over = new AbortController()
    const failed = new Promise<never>((_, reject) => {
      if (pair.gone.aborted) reject(pair.gone.reason)
      pair.gone.addEventListener('abort', () => reject(pair.gone.reason), { signal: over.signal })
    })
    this.done = Promise.race([closed, failed])
      .then(() => order.flush())
      .finally(() => over.abort())
    this.done.catch((error: unknown) => {
      if (error instanceof SpeechError && POISONOUS.includes(error.code)) pair.retire(error)
    })
  }

  /** @param deliver gets every event of the stream in order; errors among them are of one segment, the stream goes on */
  static async open(
    pair: WorkerPair,
    config: StreamConfig,
    deliver: (event: SpeechEvent) => void,
    signal: AbortSignal,
  ): Promise<SpeechStream> {
    const audio = new MessageChannel()
    const jobs = new MessageChannel()
    const heard = new MessageChannel()
    const recognized = new MessageChannel()
    const stream = new SpeechStream(pair, audio.port1, [heard.port1, recognized.port1], deliver)
    const ports = { audio: audio.port2, jobs: jobs.port1, events: heard.port2 }
    try {
      await pair.recognizer.call(
        (api) =>
          api.open(transfer(jobs.port2, [jobs.port2]), transfer(recognized.port2, [recognized.port2]), {
            overload: config.overload,
            partials: config.partialIntervalMs !== undefined,
          }),
        signal,
      )
      await pair.listener.call(
        (api) => api.open(config, transfer(ports, [ports.audio, ports.jobs, ports.events])),
        signal,
      )
    } catch (error) {
      await stream.cancel()
      throw error
    }
    return stream
  }

  pause(): Promise<void> {
    return this.#pair.listener.call((api) => api.pause())
  }

  configure(changes: StreamChanges): Promise<void> {
    return this.#pair.listener.call((api) => api.configure(changes))
  }

  finish(): Promise<void> {
    return this.#pair.listener.call((api) => api.finish())
  }

  async cancel(): Promise<void> {
    for (const port of this.#ports) port.close()
    const { listener, recognizer } = this.#pair
    await Promise.allSettled([listener.call((api) => api.cancel()), recognizer.call((api) => api.cancel())])
  }
}

/** Delivers a port's events until it says that there are no more. */
function closing(port: MessagePort, deliver: (event: SpeechEvent) => void): Promise<void> {
  return new Promise((resolve, reject: (error: SpeechError) => void) => {
    port.onmessage = ({ data }: MessageEvent<EventPortMessage>) => {
      if (data.type === 'closed') {
        port.close()
        if (data.error === undefined) resolve()
        else reject(deserializeSpeechError(data.error))
      } else if (data.type === 'error') {
        deliver({ type: 'error', error: deserializeSpeechError(data.error) })
      } else {
        deliver(data)
      }
    }
  })
}
