import { toSpeechError } from '../errors.ts'
import type { CandidateJob, FinalJob, PartialJob, SegmentJob, SegmentJobsParts } from './segment-job.ts'
import { Speculation } from './speculation.ts'

interface Waiting<Job> {
  readonly job: Job
  readonly sinceMs: number
}

/**
 * Decides what the recognizer of one stream works on next. One job runs at a time; finals go first, in order, then the candidate, then the
 * partial. At most one candidate and one partial wait, the newest of each, so live work never queues up. A candidate's result is kept for
 * the final of the same segment and revision, also while it is still being computed. A failing job fails alone.
 */
export class SegmentJobs<Payload, Result> {
  readonly #parts: SegmentJobsParts<Payload, Result>
  readonly #speculation = new Speculation<Result>()
  #finals: Waiting<FinalJob<Payload>>[] = []
  #candidate: Waiting<CandidateJob<Payload>> | undefined
  #partial: Waiting<PartialJob<Payload>> | undefined
  #running: SegmentJob<Payload>['kind'] | 'nothing' = 'nothing'
  #working = false
  #droppedSamples = 0
  /** Grows with every `clear`: what was started before it is no longer delivered. */
  #generation = 0
  #idleWaiters: (() => void)[] = []

  constructor(parts: SegmentJobsParts<Payload, Result>) {
    this.#parts = parts
  }

  /** Sound of the finals that wait, in samples. */
  get backlogSamples(): number {
    return this.#finals.reduce((sum, { job }) => sum + job.lengthSamples, 0)
  }

  /** Segments come in order of their ids, the jobs of one segment in order of time. */
  push(job: SegmentJob<Payload>): void {
    switch (job.kind) {
      case 'partial':
        if (!this.#isSettled(job.segmentId)) this.#partial = this.#waiting(job)
        break
      case 'candidate':
        this.#forgetWaiting(job.segmentId)
        this.#speculation.forgetOf(job.segmentId)
        this.#candidate = this.#waiting(job)
        break
      case 'final':
        this.#forgetWaiting(job.segmentId)
        if (!this.#speculation.matches(job)) this.#speculation.forgetOf(job.segmentId)
        this.#finals.push(this.#waiting(job))
        if (this.#running !== 'final') this.#deliverSpeculativeFinal()
        this.#dropWhatIsTooMuch()
        break
    }
    void this.#work()
  }

  /** Speech goes on: takes back the candidate of that segment, whether it waits, runs or is done. */
  resumed(segmentId: number): void {
    if (this.#candidate?.job.segmentId === segmentId) this.#candidate = undefined
    this.#speculation.forgetOf(segmentId)
  }

  /** Resolves once nothing waits and nothing runs. */
  drain(): Promise<void> {
    if (!this.#working) return Promise.resolve()
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve)
    })
  }

  /** Forgets all that waits and whatever comes of the job that runs; nothing is delivered for them. */
  clear(): void {
    this.#generation += 1
    this.#finals = []
    this.#candidate = undefined
    this.#partial = undefined
    this.#speculation.forget()
  }

  /** True once the end of that segment is known or supposed: text so far is of no use any more. */
  #isSettled(segmentId: number): boolean {
    return (
      this.#speculation.isOf(segmentId) ||
      this.#candidate?.job.segmentId === segmentId ||
      this.#finals.some(({ job }) => job.segmentId === segmentId)
    )
  }

  #forgetWaiting(segmentId: number): void {
    if (this.#partial?.job.segmentId === segmentId) this.#partial = undefined
    if (this.#candidate?.job.segmentId === segmentId) this.#candidate = undefined
  }

  /** The oldest finals go, but never the newest one, nor one whose result is already on its way. */
  #dropWhatIsTooMuch(): void {
    while (this.backlogSamples > this.#parts.maxBacklogSamples) {
      const index = this.#finals.slice(0, -1).findIndex(({ job }) => !this.#speculation.matches(job))
      const [oldest] = index < 0 ? [] : this.#finals.splice(index, 1)
      if (oldest === undefined) return
      const { segmentId, lengthSamples: samples } = oldest.job
      this.#droppedSamples += samples
      this.#parts.deliver({ type: 'dropped', segmentId, samples, totalSamples: this.#droppedSamples })
    }
  }

  /** Hands the kept result to the oldest final, if it is meant for it. */
  #deliverSpeculativeFinal(): boolean {
    const final = this.#finals[0]?.job
    const kept = final === undefined ? undefined : this.#speculation.take(final)
    if (final === undefined || kept === undefined) return false
    this.#finals.shift()
    const { segmentId } = final
    this.#parts.deliver({ type: 'final', segmentId, result: kept.result, speculative: true })
    return true
  }

  async #work(): Promise<void> {
    if (this.#working) return
    this.#working = true
    try {
      for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) {
        this.#running = next.job.kind
        await this.#runOne(next.job, next.sinceMs)
        this.#running = 'nothing'
      }
    } finally {
      this.#running = 'nothing'
      this.#working = false
    }
    const waiters = this.#idleWaiters
    this.#idleWaiters = []
    for (const resolve of waiters) resolve()
  }

  #takeNext(): Waiting<SegmentJob<Payload>> | undefined {
    this.#deliverSpeculativeFinal()
    const final = this.#finals.shift()
    if (final !== undefined) return final
    const candidate = this.#candidate
    this.#candidate = undefined
    if (candidate !== undefined) return candidate
    const partial = this.#partial
    this.#partial = undefined
    return partial
  }

  async #runOne(job: SegmentJob<Payload>, sinceMs: number): Promise<void> {
    const { segmentId, kind } = job
    const generation = this.#generation
    const attempt = kind === 'candidate' ? this.#speculation.start(job) : undefined
    const outcome = await settled(() => this.#parts.run(job, this.#parts.clock() - sinceMs))
    if (generation !== this.#generation) return
    if (outcome.ok) {
      const { result } = outcome
      const wanted = attempt === undefined || attempt.finish(result)
      if (kind === 'final') this.#parts.deliver({ type: 'final', segmentId, result, speculative: false })
      else if (wanted && !this.#deliverSpeculativeFinal()) {
        this.#parts.deliver({ type: 'partial', segmentId, result })
      }
    } else if (kind === 'candidate') {
      // Not told: the final of its segment tries again and tells.
      attempt?.fail()
    } else {
      const error = toSpeechError(outcome.cause, 'inference-failed')
      this.#parts.deliver({ type: 'failed', kind, segmentId, error })
    }
  }

  #waiting<Job>(job: Job): Waiting<Job> {
    return { job, sinceMs: this.#parts.clock() }
  }
}

type Settled<Result> =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly cause: unknown }

async function settled<Result>(run: () => Promise<Result>): Promise<Settled<Result>> {
  try {
    return { ok: true, result: await run() }
  } catch (cause) {
    return { ok: false, cause }
  }
}
