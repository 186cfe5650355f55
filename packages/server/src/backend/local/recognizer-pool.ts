import {
  type AudioSegment,
  isSpeechError,
  type RecognizeOptions,
  SpeechError,
  type SpeechResult,
} from '@sensevoice-web/engine'
import { RecognizerThread } from './recognizer-thread.ts'
import type { WorkerSettings } from './worker-messages.ts'

/**
 * Threads that each recognize one segment at a time. Whoever asks sees to it that no more are asked than there are (`FairQueue`). A segment whose
 * thread dies is recognized once more by a new one.
 */
export class RecognizerPool {
  readonly #settings: WorkerSettings
  readonly #idle: RecognizerThread[]
  #closed = false

  private constructor(settings: WorkerSettings, threads: readonly RecognizerThread[]) {
    this.#settings = settings
    this.#idle = [...threads]
  }

  /**
   * Loads the models one after another, so that a machine without the memory for all says so before it is out of it.
   *
   * @throws SpeechError why the model cannot be loaded; no thread is left then
   */
  static async start(settings: WorkerSettings, size: number): Promise<RecognizerPool> {
    const threads: RecognizerThread[] = []
    try {
      for (let count = 0; count < size; count += 1) threads.push(await RecognizerThread.start(settings))
    } catch (error) {
      await Promise.all(threads.map((thread) => thread.end()))
      throw error
    }
    return new RecognizerPool(settings, threads)
  }

  /** @throws SpeechError the segment's own, `worker-failed` when two threads died of it, `closed` */
  async recognize(segment: AudioSegment, options: RecognizeOptions): Promise<SpeechResult> {
    try {
      return await this.#once(segment, options)
    } catch (error) {
      if (this.#closed || !isSpeechError(error) || error.code !== 'worker-failed') throw error
      return await this.#once(segment, options)
    }
  }

  /** Resolves when no thread is left. Nothing may be asked any more. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#idle.splice(0).map((thread) => thread.end()))
  }

  async #once(segment: AudioSegment, options: RecognizeOptions): Promise<SpeechResult> {
    if (this.#closed) throw new SpeechError('closed', 'the model was disposed of')
    const idle = this.#idle.pop()
    const thread = idle === undefined || idle.dead ? await RecognizerThread.start(this.#settings) : idle
    try {
      return await thread.recognize(segment, options)
    } finally {
      if (this.#closed) await thread.end()
      else if (!thread.dead) this.#idle.push(thread)
    }
  }
}
