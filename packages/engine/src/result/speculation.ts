import type { CandidateJob, FinalJob } from './segment-job.ts'

/** One decode of a candidate; only the newest one can be taken. */
interface Attempt<Result> {
  readonly segmentId: number
  readonly revision: number
  outcome: { readonly kind: 'running' } | { readonly kind: 'done'; readonly result: Result }
}

/** Keeps the result of the newest candidate, running or done, until a final takes it or speech goes on. */
export class Speculation<Result> {
  #attempt: Attempt<Result> | undefined

  /** Comes after every final before it is done, so no final waits for an older attempt. */
  start(job: CandidateJob<unknown>): {
    /** False when nobody wants the result any more. */
    finish(result: Result): boolean
    fail(): void
  } {
    const { segmentId, revision } = job
    const attempt: Attempt<Result> = { segmentId, revision, outcome: { kind: 'running' } }
    this.#attempt = attempt
    return {
      finish: (result) => {
        attempt.outcome = { kind: 'done', result }
        return this.#attempt === attempt
      },
      fail: () => {
        if (this.#attempt === attempt) this.#attempt = undefined
      },
    }
  }

  isOf(segmentId: number): boolean {
    return this.#attempt?.segmentId === segmentId
  }

  /** Whether that final's result is here or on its way. */
  matches(job: FinalJob<unknown>): boolean {
    return this.isOf(job.segmentId) && this.#attempt?.revision === job.revision
  }

  /** The finished result for that final, which is then no longer kept. */
  take(job: FinalJob<unknown>): { readonly result: Result } | undefined {
    const outcome = this.#attempt?.outcome
    if (outcome?.kind !== 'done' || !this.matches(job)) return undefined
    this.#attempt = undefined
    return { result: outcome.result }
  }

  forgetOf(segmentId: number): void {
    if (this.isOf(segmentId)) this.#attempt = undefined
  }

  forget(): void {
    this.#attempt = undefined
  }
}
