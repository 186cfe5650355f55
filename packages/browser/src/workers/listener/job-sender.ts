import type { SegmentJob } from '@sensevoice-web/engine'
import type { JobPayload, JobPortMessage, JobPortReply } from '../../wire/job-port.ts'

/** Finals on their way at once while the sender can wait: one is recognized, one is ready. */
const FINALS_AHEAD = 2

/** Listener side of the job port: knows what the recognizer still has to do. */
export class JobSender {
  readonly #port: MessagePort
  /** Start of each final that was not answered yet, by segment. */
  readonly #open = new Map<number, number>()
  readonly #onSettled: () => void
  #sequence = 0
  #idleSequence = 0
  #wake: (() => void) | undefined

  constructor(port: MessagePort, onSettled: () => void) {
    this.#port = port
    this.#onSettled = onSettled
    port.onmessage = ({ data }: MessageEvent<JobPortReply>) => {
      if (data.type === 'idle') {
        this.#idleSequence = data.sequence
        return
      }
      this.#open.delete(data.segmentId)
      this.#wake?.()
      this.#onSettled()
    }
  }

  /** The recognizer has nothing to do: the moment for a partial. */
  get idle(): boolean {
    return this.#idleSequence === this.#sequence
  }

  /** Where the oldest unanswered final starts. */
  get oldestOpenSamples(): number | undefined {
    const [oldest] = this.#open.values()
    return oldest
  }

  send(job: SegmentJob<JobPayload>): void {
    if (job.kind === 'final') this.#open.set(job.segmentId, job.payload.startSamples)
    this.#sequence += 1
    this.#post({ type: 'job', sequence: this.#sequence, job }, [job.payload.samples.buffer as ArrayBuffer])
  }

  resumed(segmentId: number): void {
    this.#post({ type: 'resumed', segmentId })
  }

  /** Resolves when another final may be sent without piling up. */
  async room(): Promise<void> {
    while (this.#open.size >= FINALS_AHEAD) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  end(): void {
    this.#post({ type: 'end' })
  }

  close(): void {
    this.#open.clear()
    this.#wake?.()
    this.#port.close()
  }

  #post(message: JobPortMessage, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer)
  }
}
