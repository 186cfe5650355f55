import {
  PartialStabilizer,
  type Recognizer,
  type SegmentJob,
  type SegmentJobOutcome,
  SegmentJobs,
  type SerializedSpeechEvent,
  type SpeechResult,
} from '@sensevoice-web/engine'
import type { EventSender } from '../../wire/event-port.ts'
import { type JobPayload, type JobPortMessage, type JobPortReply, wallClockMs } from '../../wire/job-port.ts'
import type { RecognizerStreamConfig } from '../../wire/recognizer-api.ts'

/** Sound of waiting segments beyond which live sound is dropped: a minute behind is no conversation any more. */
const MOST_BACKLOG_SAMPLES = 60 * 16_000

interface Recognized {
  readonly result: SpeechResult
  readonly speechEndedAtMs: number | undefined
}

/** One stream's jobs, from the listener's port to results on the page's port. */
export class RecognizerStream {
  readonly #jobs: MessagePort
  readonly #events: EventSender
  readonly #recognizer: Recognizer
  readonly #queue: SegmentJobs<JobPayload, Recognized>
  readonly #stabilizer = new PartialStabilizer()
  readonly #tellPartials: boolean
  #newestSequence = 0
  #closed = false

  constructor(
    jobs: MessagePort,
    events: EventSender,
    recognizer: Recognizer,
    { overload, partials }: RecognizerStreamConfig,
  ) {
    this.#jobs = jobs
    this.#events = events
    this.#recognizer = recognizer
    this.#tellPartials = partials
    this.#queue = new SegmentJobs({
      run: (job, queueMs) => this.#recognize(job, queueMs),
      deliver: (outcome) => this.#deliver(outcome),
      clock: () => performance.now(),
      maxBacklogSamples: overload === 'drop' ? MOST_BACKLOG_SAMPLES : Number.POSITIVE_INFINITY,
    })
    jobs.onmessage = ({ data }: MessageEvent<JobPortMessage>) => this.#receive(data)
  }

  /** Tells something that is no outcome of a job. */
  tell(event: SerializedSpeechEvent): void {
    if (!this.#closed) this.#events.send(event)
  }

  /** Forgets what waits and resolves when the job that runs, if any, is through. */
  async cancel(): Promise<void> {
    this.#closed = true
    this.#jobs.close()
    this.#queue.clear()
    await this.#queue.drain()
  }

  #receive(message: JobPortMessage): void {
    switch (message.type) {
      case 'job':
        this.#newestSequence = message.sequence
        this.#queue.push(message.job)
        void this.#queue.drain().then(() => this.#reply({ type: 'idle', sequence: this.#newestSequence }))
        break
      case 'resumed':
        this.#queue.resumed(message.segmentId)
        break
      case 'end':
        void this.#queue.drain().then(() => this.#close())
        break
    }
  }

  async #recognize({ segmentId, payload }: SegmentJob<JobPayload>, queueMs: number): Promise<Recognized> {
    const { samples, startSamples, language, withItn, speechEndedAtMs } = payload
    const result = await this.#recognizer.recognize(
      { id: segmentId, samples, startSamples },
      { language, withItn },
    )
    // WASM held this thread: let in what arrived meanwhile (speech that resumed, newer partials) before the next job is chosen.
    await new Promise((resolve) => setTimeout(resolve))
    return { result: { ...result, timings: { ...result.timings, queueMs } }, speechEndedAtMs }
  }

  #deliver(outcome: SegmentJobOutcome<Recognized>): void {
    if (this.#closed) return
    const { segmentId } = outcome
    switch (outcome.type) {
      case 'partial':
        if (!this.#tellPartials) break
        this.#events.send({ type: 'partial', partial: this.#stabilizer.update(outcome.result.result) })
        break
      case 'final':
        this.#events.send({ type: 'result', result: finished(outcome.result) })
        this.#reply({ type: 'settled', segmentId })
        break
      case 'failed':
        this.#events.fail(outcome.error)
        if (outcome.kind === 'final') this.#reply({ type: 'settled', segmentId })
        break
      case 'dropped': {
        const { samples, totalSamples } = outcome
        this.#events.send({ type: 'overrun', where: 'recognizer', samples, totalSamples })
        this.#reply({ type: 'settled', segmentId })
        break
      }
    }
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#events.close()
    this.#jobs.close()
  }

  #reply(reply: JobPortReply): void {
    if (!this.#closed) this.#jobs.postMessage(reply)
  }
}

function finished({ result, speechEndedAtMs }: Recognized): SpeechResult {
  if (speechEndedAtMs === undefined) return result
  return {
    ...result,
    timings: { ...result.timings, endOfSpeechToResultMs: wallClockMs() - speechEndedAtMs },
  }
}
