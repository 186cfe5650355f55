import {
  AudioHistory,
  type AudioSegment,
  type RecognitionKind,
  type SegmentEndReason,
  type SegmentEvent,
  type SegmentJob,
  type SegmentJobOutcome,
  SegmentJobs,
  SpeechError,
} from '@sensevoice-web/engine'
import type { Endpointer, EndpointSink } from './endpointing/endpointer.ts'
import type { UtteranceAnswer } from './utterance-answer.ts'

const SAMPLES_PER_MS = 16
/** Grows only as far as the open utterance does. */
const HISTORY_SAMPLES = 10 * 60 * 1000 * SAMPLES_PER_MS

/** What happens in a stream, in order. Positions are samples at 16 kHz from its start; an utterance is told by its segments. */
export type UtteranceEvent =
  | { readonly type: 'speech-start'; readonly segmentId: number; readonly startSamples: number }
  /** `endedAtMs`: when the last speech came in, by the clock. */
  | {
      readonly type: 'speech-end'
      readonly segmentId: number
      readonly reason: SegmentEndReason
      readonly endedAtMs: number
    }
  /** Too little speech: there will be no answer. */
  | { readonly type: 'discarded'; readonly segmentId: number }
  | { readonly type: 'partial'; readonly segmentId: number; readonly answer: UtteranceAnswer }
  | {
      readonly type: 'final'
      readonly segmentId: number
      readonly answer: UtteranceAnswer
      readonly soundMs: number
    }
  /** Too much sound waited: this segment's is lost. */
  | {
      readonly type: 'dropped'
      readonly segmentId: number
      readonly samples: number
      readonly totalSamples: number
    }

export interface UtterancePipelineParts {
  /** Disposed of with the pipeline. */
  readonly createEndpointer: (sink: EndpointSink) => Endpointer
  /** A final that rejects is taken for the end of the stream: whoever retries does so in here. */
  recognize(segment: AudioSegment, kind: RecognitionKind): Promise<UtteranceAnswer>
  /** Undefined: nothing is recognized before its end. */
  readonly partialIntervalMs: number | undefined
  /** Sound of waiting utterances beyond which the oldest is dropped and told. */
  readonly maxBacklogMs: number
  /** In ms; speech ends are told by it. */
  readonly clock: () => number
  /** Called in order; must not throw. */
  deliver(event: UtteranceEvent): void
}

/** One live sound to utterances and their answers, each in its turn. The sound of an utterance is kept until it is answered. */
export class UtterancePipeline {
  readonly #parts: UtterancePipelineParts
  readonly #history = new AudioHistory(HISTORY_SAMPLES)
  readonly #endpointer: Endpointer
  readonly #jobs: SegmentJobs<AudioSegment, UtteranceAnswer>
  #open: { readonly id: number; readonly startSamples: number } | undefined
  #pausing = false
  #lastPartialSamples = 0
  #recognizing = 0
  #unanswered = 0
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(parts: UtterancePipelineParts) {
    this.#parts = parts
    this.#endpointer = parts.createEndpointer({
      event: (event, heardSamples) => this.#found(event, heardSamples),
      heard: (heardSamples, speech) => this.#heard(heardSamples, speech),
    })
    this.#jobs = new SegmentJobs({
      run: (job) => this.#run(job),
      deliver: (outcome) => this.#outcome(outcome),
      clock: parts.clock,
      maxBacklogSamples: parts.maxBacklogMs * SAMPLES_PER_MS,
    })
  }

  /** Utterances that have ended and were neither answered nor dropped. */
  get unanswered(): number {
    return this.#unanswered
  }

  /** Longer utterances are cut from now on. */
  limit(maxSegmentMs: number): void {
    this.#endpointer.limit(maxSegmentMs)
  }

  /**
   * @param samples 16 kHz mono in [-1, 1]
   * @throws SpeechError `closed`, or why the VAD failed
   */
  push(samples: Float32Array): Promise<void> {
    return this.#inTurn(async () => {
      this.#history.append(samples)
      await this.#endpointer.push(samples)
      this.#history.discardBefore(this.#endpointer.retainFromSamples)
    })
  }

  /** Ends the open utterance here. */
  endUtterance(): Promise<void> {
    return this.#inTurn(() => this.#endpointer.flush())
  }

  /** Ends the sound: resolves when everything has its answer. */
  async finish(): Promise<void> {
    await this.endUtterance()
    await this.#jobs.drain()
  }

  /** Drops everything; no more events. Resolves when nothing runs any more, which the caller hastens by aborting its recognitions. */
  async cancel(): Promise<void> {
    this.#closed = true
    this.#jobs.clear()
    await this.#endpointer.dispose()
    await this.#last
    await this.#jobs.drain()
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#closed) return Promise.reject(new SpeechError('closed', 'the stream has ended'))
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }

  #found(event: SegmentEvent, heardSamples: number): void {
    if (this.#closed) return
    const { deliver } = this.#parts
    switch (event.type) {
      case 'speech-start': {
        const { segmentId, startSamples } = event
        this.#open = { id: segmentId, startSamples }
        this.#pausing = false
        this.#lastPartialSamples = heardSamples
        deliver({ type: 'speech-start', segmentId, startSamples })
        break
      }
      case 'candidate':
        this.#pausing = true
        if (this.#parts.partialIntervalMs !== undefined) this.#recognize('candidate', event)
        break
      case 'resumed':
        this.#pausing = false
        this.#jobs.resumed(event.segmentId)
        break
      case 'end': {
        const { segmentId, endSamples, reason } = event
        this.#open = undefined
        const silenceMs = (heardSamples - endSamples) / SAMPLES_PER_MS
        const postRollMs = reason === 'silence' ? this.#endpointer.postRollMs : 0
        const endedAtMs = this.#parts.clock() - silenceMs - postRollMs
        deliver({ type: 'speech-end', segmentId, reason, endedAtMs })
        this.#recognize('final', event)
        break
      }
      case 'discarded':
        this.#open = undefined
        deliver({ type: 'discarded', segmentId: event.segmentId })
        break
    }
  }

  #heard(heardSamples: number, speech: boolean): void {
    const { partialIntervalMs } = this.#parts
    const open = this.#open
    if (this.#closed || partialIntervalMs === undefined || open === undefined) return
    if (this.#pausing || !speech || this.#recognizing > 0) return
    if (heardSamples < this.#lastPartialSamples + partialIntervalMs * SAMPLES_PER_MS) return
    this.#lastPartialSamples = heardSamples
    const segment = this.#segment(open.id, open.startSamples, heardSamples)
    const { id: segmentId } = open
    this.#jobs.push({ kind: 'partial', segmentId, lengthSamples: segment.samples.length, payload: segment })
  }

  #recognize(
    kind: 'candidate' | 'final',
    range: { segmentId: number; revision: number; startSamples: number; endSamples: number },
  ): void {
    const { segmentId, revision, startSamples, endSamples } = range
    const segment = this.#segment(segmentId, startSamples, endSamples)
    if (kind === 'final') this.#unanswered += 1
    this.#jobs.push({
      kind,
      segmentId,
      revision,
      lengthSamples: endSamples - startSamples,
      payload: segment,
    })
  }

  #segment(id: number, startSamples: number, endSamples: number): AudioSegment {
    return { id, startSamples, samples: this.#history.slice(startSamples, endSamples) }
  }

  async #run({ kind, payload }: SegmentJob<AudioSegment>): Promise<UtteranceAnswer> {
    this.#recognizing += 1
    try {
      return await this.#parts.recognize(payload, kind)
    } finally {
      this.#recognizing -= 1
    }
  }

  #outcome(outcome: SegmentJobOutcome<UtteranceAnswer>): void {
    const { deliver } = this.#parts
    const { segmentId } = outcome
    switch (outcome.type) {
      case 'partial':
        deliver({ type: 'partial', segmentId, answer: outcome.result })
        break
      case 'final': {
        const answer = outcome.result
        this.#unanswered -= 1
        deliver({ type: 'final', segmentId, answer, soundMs: answer.endMs - answer.startMs })
        break
      }
      case 'dropped': {
        const { samples, totalSamples } = outcome
        this.#unanswered -= 1
        deliver({ type: 'dropped', segmentId, samples, totalSamples })
        break
      }
      case 'failed':
        // Finals come back until they are answered or nobody waits for them; a partial that failed is no loss.
        break
    }
  }
}
