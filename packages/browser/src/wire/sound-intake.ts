import { Resampler } from '@sensevoice-web/engine'
import type { AudioInbox, InboxItem } from './audio-inbox.ts'

const MODEL_RATE = 16_000

export interface IntakeParts {
  readonly inbox: AudioInbox
  /** Of the sound in the inbox, in Hz. */
  readonly sampleRate: number
  /** Takes sound at 16 kHz; nothing more is taken out of the inbox meanwhile. */
  readonly hear: (samples: Float32Array) => Promise<void>
  /** So many samples at 16 kHz were lost on their way here; as much silence follows. */
  readonly lost: (samples: number) => void
  /** Nothing more is wanted, not even the end of what was heard. */
  readonly cancelled: () => boolean
}

/** The way of sound from an audio port into a stream: at the model's rate, in order, with the commands between it. */
export class SoundIntake {
  readonly #parts: IntakeParts
  readonly #resampler: Resampler

  /** @throws SpeechError `sample-rate-unsupported` */
  constructor(parts: IntakeParts) {
    this.#parts = parts
    this.#resampler = new Resampler(parts.sampleRate)
  }

  /** Until the inbox ends. Rejects with what `hear` or a command threw. */
  async run(): Promise<void> {
    const { inbox, hear, cancelled } = this.#parts
    for (let item = await inbox.next(); item.type !== 'end'; item = await inbox.next()) {
      await this.#take(item)
    }
    if (!cancelled()) await hear(this.#resampler.flush())
  }

  async #take(item: Exclude<InboxItem, { type: 'end' }>): Promise<void> {
    if (item.type === 'command') return await item.run()
    const { inbox, hear, cancelled } = this.#parts
    const { message, lostFrames } = item
    if (lostFrames > 0) await this.#fillGap(lostFrames)
    await hear(this.#resampler.push(message.samples.subarray(0, message.length)))
    if (!cancelled()) inbox.recycle(message)
  }

  /** Silence in the place of lost sound keeps every position after it true. */
  async #fillGap(lostFrames: number): Promise<void> {
    const { sampleRate, hear, lost } = this.#parts
    lost(Math.round((lostFrames * MODEL_RATE) / sampleRate))
    for (let left = lostFrames; left > 0; left -= sampleRate) {
      await hear(this.#resampler.push(new Float32Array(Math.min(left, sampleRate))))
    }
  }
}
