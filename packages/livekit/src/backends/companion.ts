import {
  type AudioSegment,
  SpeechError,
  type SpeechEvent,
  type SpeechResult,
  shiftedResult,
} from '@sensevoice-web/engine'
import { StreamClient } from '@sensevoice-web/protocol'
import { WebSocket } from 'ws'
import type { BackendSource, UtteranceBackend, UtteranceCall } from '../backend.ts'
import { answerOfResult, type UtteranceAnswer } from '../utterance-answer.ts'
import { OneAtATime } from './one-at-a-time.ts'
import { requireWhole } from './require-whole.ts'

const SAMPLE_RATE = 16_000
/** Partials are whole recognitions over a connection of their own: not as often as in this process. */
const PARTIAL_INTERVAL_MS = 800
/** In the address: each connection has an id of its own there. */
const ID = '{id}'
const DEFAULT_PARALLEL = 16
/** Sound that may be on its way at once; the client keeps 30 s. */
const MOST_ON_ITS_WAY_MS = 10_000
const CHUNK_SAMPLES = SAMPLE_RATE

export interface CompanionOptions {
  /**
   * `wss://host/ws/agent-{id}?token=…`: `{id}` becomes a number for each connection, since the companion lets each id in once. Without it utterances
   * are recognized one after another.
   */
  readonly url: string
  /** Connections at once, from 1 on. Default 16; 1 without `{id}`. */
  readonly parallel?: number
}

/**
 * Recognition by a companion (`sensevoice serve`): each utterance goes over the stream protocol as one segment.
 *
 * @throws SpeechError `invalid-argument`
 */
export function companionBackend({ url, parallel = DEFAULT_PARALLEL }: CompanionOptions): BackendSource {
  requireWhole('parallel', parallel)
  const most = url.includes(ID) ? parallel : 1
  return {
    name: 'companion',
    partialIntervalMs: PARTIAL_INTERVAL_MS,
    wordTimes: true,
    open: async () => new CompanionBackend(url, most),
  }
}

class CompanionBackend implements UtteranceBackend {
  readonly #url: string
  readonly #turns: OneAtATime
  readonly #clients = new Set<StreamClient>()
  /** Ids that are in nobody's use, so that few are ever told. */
  readonly #freeIds: number[] = []
  #ids = 0
  model = 'companion'

  constructor(url: string, most: number) {
    this.#url = url
    this.#turns = new OneAtATime(most)
  }

  recognize(segment: AudioSegment, call: UtteranceCall): Promise<UtteranceAnswer> {
    return this.#turns.run(call.signal, async () => {
      const id = this.#freeIds.pop() ?? this.#ids++
      try {
        // The companion counts from the utterance's own start.
        const result = { ...(await this.#ask(segment, call, id)), segmentId: 0 }
        const shift = { segments: segment.id, samples: segment.startSamples }
        return answerOfResult(shiftedResult(result, shift))
      } finally {
        this.#freeIds.push(id)
      }
    })
  }

  async dispose(): Promise<void> {
    for (const client of this.#clients) client.close()
  }

  async #ask(segment: AudioSegment, call: UtteranceCall, id: number): Promise<SpeechResult> {
    const heard: SpeechEvent[] = []
    const client = new StreamClient({
      url: this.#url.replaceAll(ID, String(id)),
      WebSocket,
      sampleRate: SAMPLE_RATE,
      segmentation: 'whole',
      live: false,
      partials: false,
      ...(call.language === undefined ? {} : { language: call.language }),
      ...(call.withItn === undefined ? {} : { withItn: call.withItn }),
      onEvent: (event) => heard.push(event),
    })
    this.#clients.add(client)
    const abort = () => client.close()
    call.signal.addEventListener('abort', abort, { once: true })
    try {
      const { model } = await client.open()
      this.model = model.version === '' ? model.name : `${model.name} ${model.version}`
      for (let at = 0; at < segment.samples.length; at += CHUNK_SAMPLES) {
        client.send(segment.samples.subarray(at, at + CHUNK_SAMPLES))
        await client.drained(MOST_ON_ITS_WAY_MS)
      }
      await client.finish()
    } finally {
      call.signal.removeEventListener('abort', abort)
      client.close()
      this.#clients.delete(client)
    }
    return resultOf(heard)
  }
}

/** @throws SpeechError what the companion said instead */
function resultOf(events: readonly SpeechEvent[]): SpeechResult {
  for (const event of events) {
    if (event.type === 'result') return event.result
    if (event.type === 'error') throw event.error
  }
  throw new SpeechError('network', 'the companion ended without a result', { retryable: true })
}
