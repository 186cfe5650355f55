import { SpeechError } from '@sensevoice-web/engine'
import { Channel } from '../turn/channel.ts'
import { limited, type StageLimits } from '../turn/stage-limits.ts'
import { SpeechBlocks } from './speech-blocks.ts'
import type { SpeechPiece, Voice } from './voice.ts'

/** Sound of one sentence that is held until its turn comes: 20 s at 24 kHz. Beyond it the voice has to wait. */
const HELD_BYTES = 1 << 20

export interface OrderedSpeechOptions {
  readonly voice: Voice
  readonly limits: StageLimits
  /** Most sound of one sentence. */
  readonly longestSpeechMs: number
  /** Sentences that are spoken at the same time, the one that is delivered among them. */
  readonly ahead: number
  /** Ends everything at once. */
  readonly signal: AbortSignal
}

interface Job<Sentence> {
  readonly sentence: Sentence
  readonly blocks: Channel<SpeechPiece>
}

/** Speaks sentences ahead, a few at a time, and delivers their sound in the order of the text, whichever is ready first. */
export class OrderedSpeech<Sentence extends { readonly text: string }> {
  readonly #options: OrderedSpeechOptions
  readonly #jobs = new Channel<Job<Sentence>>(0)
  #waiting: Job<Sentence>[] = []
  readonly #speaking = new Set<Job<Sentence>>()

  constructor(options: OrderedSpeechOptions) {
    this.#options = options
    options.signal.addEventListener('abort', () => this.#stop(), { once: true })
  }

  add(sentence: Sentence): void {
    const job = { sentence, blocks: new Channel<SpeechPiece>(HELD_BYTES) }
    if (!this.#jobs.push(job)) return
    this.#waiting.push(job)
    this.#startMore()
  }

  /** No more sentences. */
  end(): void {
    this.#jobs.end()
  }

  /**
   * Once. Ends early, without an error, when the signal is aborted.
   *
   * @throws the voice's SpeechError when the turn of the failed sentence comes: what was spoken before it is delivered
   */
  async *blocks(): AsyncGenerator<{ readonly sentence: Sentence; readonly block: SpeechPiece }, void> {
    for (let job = await this.#jobs.take(); job !== undefined; job = await this.#jobs.take()) {
      const { sentence, blocks } = job
      for (let block = await blocks.take(); block !== undefined; block = await blocks.take()) {
        yield { sentence, block }
      }
      this.#speaking.delete(job)
      this.#startMore()
    }
  }

  #startMore(): void {
    while (this.#speaking.size < this.#options.ahead) {
      const job = this.#waiting.shift()
      if (job === undefined) return
      this.#speaking.add(job)
      void this.#speak(job)
    }
  }

  async #speak({ sentence, blocks }: Job<Sentence>): Promise<void> {
    const { voice, limits, longestSpeechMs, signal } = this.#options
    const cutter = new SpeechBlocks(longestSpeechMs)
    try {
      for await (const piece of limited('voice', limits, signal, (until) =>
        voice.speak(sentence.text, until),
      )) {
        for (const block of cutter.push(piece)) {
          if (!(await blocks.put(block, block.pcm.byteLength))) return
        }
      }
      for (const block of cutter.flush()) await blocks.put(block, block.pcm.byteLength)
      if (cutter.samples === 0)
        throw new SpeechError('inference-failed', 'the voice brought no sound for a sentence')
      blocks.end()
    } catch (error) {
      blocks.fail(error)
    }
  }

  #stop(): void {
    this.#waiting = []
    for (const { blocks } of this.#speaking) {
      blocks.end()
      blocks.clear()
    }
    this.#jobs.end()
    this.#jobs.clear()
  }
}
