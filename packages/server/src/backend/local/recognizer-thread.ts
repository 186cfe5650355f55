import { Worker } from 'node:worker_threads'
import {
  type AudioSegment,
  deserializeSpeechError,
  type RecognizeOptions,
  SpeechError,
  type SpeechResult,
} from '@sensevoice-web/engine'
import type { WorkerReply, WorkerRequest, WorkerSettings } from './worker-messages.ts'

const FROM_SOURCES = import.meta.url.endsWith('.ts')
/** Threads run JavaScript: from the sources, as in tests, the built file is taken. */
const SCRIPT = new URL(
  FROM_SOURCES ? '../../../dist/backend/local/recognizer-worker.js' : './recognizer-worker.js',
  import.meta.url,
)
/** With which Node finds packages' sources is no flag for built files. */
const FLAGS = FROM_SOURCES ? { execArgv: [] } : {}

/** A thread with a model of its own that recognizes one segment at a time. */
export class RecognizerThread {
  readonly #worker: Worker
  readonly #exit: Promise<void>
  #waiting: { resolve(reply: WorkerReply): void; reject(error: SpeechError): void } | undefined
  #dead = false

  private constructor(settings: WorkerSettings) {
    this.#worker = new Worker(SCRIPT, { workerData: settings, name: 'sensevoice-recognizer', ...FLAGS })
    this.#worker.on('message', (reply: WorkerReply) => this.#settle()?.resolve(reply))
    // What goes wrong is told by `exit`, which always follows.
    let reason = ''
    this.#worker.on('error', (error: Error) => {
      reason = `: ${error.message}`
    })
    this.#exit = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#dead = true
        this.#settle()?.reject(
          new SpeechError('worker-failed', `a recognizing thread ended with ${code}${reason}`, {
            retryable: true,
          }),
        )
        resolve()
      })
    })
  }

  /** @returns once its model is loaded. @throws SpeechError why it cannot be */
  static async start(settings: WorkerSettings): Promise<RecognizerThread> {
    const thread = new RecognizerThread(settings)
    try {
      await thread.#reply()
      return thread
    } catch (error) {
      await thread.end()
      throw error
    }
  }

  /** Whether it can be asked no more. */
  get dead(): boolean {
    return this.#dead
  }

  /** @throws SpeechError the segment's own, or `worker-failed` when the thread died of it */
  async recognize(segment: AudioSegment, options: RecognizeOptions): Promise<SpeechResult> {
    const answered = this.#reply()
    this.#ask({ type: 'recognize', segment, options })
    const reply = await answered
    if (reply.type === 'result') return reply.result
    throw new SpeechError('inference-failed', `a recognizing thread said "${reply.type}" for a result`)
  }

  /** Frees the model; resolves when the thread is gone. */
  async end(): Promise<void> {
    this.#ask({ type: 'close' })
    await this.#exit
  }

  #ask(request: WorkerRequest): void {
    this.#worker.postMessage(request)
  }

  async #reply(): Promise<WorkerReply> {
    const reply = await new Promise<WorkerReply>((resolve, reject) => {
      if (this.#dead) reject(new SpeechError('worker-failed', 'a recognizing thread had ended'))
      this.#waiting = { resolve, reject }
    })
    if (reply.type === 'error') throw deserializeSpeechError(reply.error)
    return reply
  }

  #settle() {
    const waiting = this.#waiting
    this.#waiting = undefined
    return waiting
  }
}
