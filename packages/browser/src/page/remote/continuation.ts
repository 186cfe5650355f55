import { type AudioHistory, type SpeechEvent, shiftedEvent } from '@sensevoice-web/engine'
import type { StreamChanges, StreamConfig } from '../../wire/stream-config.ts'
import type { AnalysisPlace, OpenStream } from '../analysis-place.ts'
import { SampleFeeder } from '../sample-feeder.ts'
import type { Answered } from './answered.ts'

/** Sound at 16 kHz handed over at a time. */
const SLICE_SAMPLES = 4000

/** The rest of a stream whose server has gone, analyzed in another place from the oldest sound without an answer on. */
export class Continuation {
  readonly #stream: OpenStream
  readonly #feeder: SampleFeeder

  readonly #fromSamples: number

  private constructor(stream: OpenStream, fromSamples: number) {
    this.#stream = stream
    this.#fromSamples = fromSamples
    this.#feeder = new SampleFeeder(stream.audio, SLICE_SAMPLES)
  }

  static async open(
    place: AnalysisPlace,
    { config, sound, answered, deliver, signal }: ContinuationParts,
  ): Promise<Continuation> {
    const from = Math.max(answered.place.fromSamples, sound.startSamples)
    const shift = { segments: answered.place.segmentId, samples: from }
    const caughtUpMs = sound.endSamples / 16
    const stream = await place.open(
      { ...config, sampleRate: 16_000 },
      (event) => {
        const own = shiftedEvent(event, shift)
        if (isOld(own, answered, caughtUpMs)) return
        deliver(own)
      },
      signal,
    )
    return new Continuation(stream, from)
  }

  /** @param caughtUp called at once when all sound that is kept was taken, before more of it can come */
  async catchUp(sound: AudioHistory, caughtUp: () => void): Promise<void> {
    for (let at = this.#fromSamples; at < sound.endSamples; ) {
      const piece = sound.slice(at, Math.min(at + SLICE_SAMPLES, sound.endSamples))
      at += piece.length
      await this.take(piece)
    }
    caughtUp()
  }

  /** @param samples at 16 kHz; not kept after the promise resolves, which holds a fast sender back */
  async take(samples: Float32Array): Promise<void> {
    await this.#feeder.send(samples.length, (target, from) =>
      target.set(samples.subarray(from, from + target.length)),
    )
  }

  /** Rejects when this place cannot go on either. */
  get done(): Promise<void> {
    return this.#stream.done
  }

  pause(): Promise<void> {
    return this.#stream.pause()
  }

  configure(changes: StreamChanges): Promise<void> {
    return this.#stream.configure(changes)
  }

  async finish(): Promise<void> {
    this.#feeder.end()
    await this.#stream.done
  }

  async cancel(): Promise<void> {
    this.#feeder.close()
    await this.#stream.cancel()
  }
}

export interface ContinuationParts {
  readonly config: StreamConfig
  readonly sound: AudioHistory
  readonly answered: Answered
  readonly deliver: (event: SpeechEvent) => void
  readonly signal: AbortSignal
}

/** What the server had told already is not told twice, and the level of sound that is long past to nobody. */
function isOld(event: SpeechEvent, answered: Answered, caughtUpMs: number): boolean {
  if (event.type === 'level') return event.positionMs < caughtUpMs
  if (event.type === 'speech-start' || event.type === 'speech-end')
    return answered.told(event.type, event.segmentId)
  return false
}
