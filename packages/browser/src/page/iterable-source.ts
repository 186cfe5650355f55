import { SpeechError, toSpeechError } from '@sensevoice-web/engine'
import type { AudioChunk } from '../api/options.ts'
import { SampleFeeder } from './sample-feeder.ts'
import type { SoundSource, SourceEnd } from './sound-source.ts'

/**
 * Sound from an async iterable of chunks, pulled as fast as it can be analyzed. The first chunk is waited for here, since it tells the rate.
 *
 * @throws SpeechError `invalid-audio` for an iterable without a chunk; what the iterable throws
 */
export async function iterableSource(
  chunks: AsyncIterable<AudioChunk>,
  signal: AbortSignal,
): Promise<SoundSource> {
  const iterator = chunks[Symbol.asyncIterator]()
  const first = await aborting(iterator.next(), signal)
  if (first.done) throw new SpeechError('invalid-audio', 'the iterable ended before its first chunk')
  return new IterableSource(iterator, first.value)
}

class IterableSource implements SoundSource {
  readonly sampleRate: number
  readonly canWait = true
  readonly ended: Promise<SourceEnd>
  readonly #iterator: AsyncIterator<AudioChunk>
  readonly #first: AudioChunk
  #reportEnd!: (end: SourceEnd) => void
  #feeder: SampleFeeder | undefined
  #closed = false
  #paused: { readonly until: Promise<void>; readonly release: () => void } | undefined

  constructor(iterator: AsyncIterator<AudioChunk>, first: AudioChunk) {
    this.#iterator = iterator
    this.#first = first
    this.sampleRate = first.sampleRate
    this.ended = new Promise((resolve) => {
      this.#reportEnd = resolve
    })
  }

  start(port: MessagePort): void {
    this.#feeder = new SampleFeeder(port, Math.ceil(this.sampleRate / 10), () => void this.#leave())
    void this.#pump(this.#feeder)
  }

  async pause(): Promise<void> {
    if (this.#paused) return
    let release = () => {}
    const until = new Promise<void>((resolve) => {
      release = resolve
    })
    this.#paused = { until, release }
  }

  async resume(): Promise<void> {
    this.#paused?.release()
    this.#paused = undefined
  }

  async close(): Promise<void> {
    this.#feeder?.close()
    await this.#leave()
  }

  async #pump(feeder: SampleFeeder): Promise<void> {
    try {
      for (let chunk: AudioChunk | undefined = this.#first; chunk !== undefined; chunk = await this.#next()) {
        await this.#paused?.until
        if (this.#closed) return
        const { samples, sampleRate } = chunk
        if (sampleRate !== this.sampleRate) {
          throw new SpeechError(
            'invalid-audio',
            `the sample rate changed from ${this.sampleRate} to ${sampleRate} Hz within one stream`,
            { hint: 'Start a new listen() for sound at another rate.' },
          )
        }
        await feeder.send(samples.length, (target, from) =>
          target.set(samples.subarray(from, from + target.length)),
        )
      }
      this.#reportEnd({ type: 'finished' })
    } catch (error) {
      if (!this.#closed) this.#reportEnd({ type: 'lost', error: toSpeechError(error, 'invalid-audio') })
    }
  }

  async #next(): Promise<AudioChunk | undefined> {
    if (this.#closed) return undefined
    const { done, value } = await this.#iterator.next()
    return done ? undefined : value
  }

  async #leave(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#paused?.release()
    await this.#iterator.return?.()
  }
}

async function aborting<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted()
  return await new Promise<Value>((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
