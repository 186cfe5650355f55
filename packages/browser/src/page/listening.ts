import { type AnalyzerState, SpeechError, type SpeechEvent, toSpeechError } from '@sensevoice-web/engine'
import type { ListenOptions } from '../api/options.ts'
import type { StreamChanges, StreamConfig } from '../wire/stream-config.ts'
import type { OpenStream } from './analysis-place.ts'
import { captureStream } from './capture-stream.ts'
import { EventQueue } from './event-queue.ts'
import { iterableSource } from './iterable-source.ts'
import { openMicrophone } from './open-microphone.ts'
import { partialInterval, type RunContext } from './run-context.ts'
import type { SoundSource, SourceEnd } from './sound-source.ts'

/** Why a run was broken off by its own user: nothing to report. */
const LEFT = Symbol('the consumer left')

type Phase =
  | { readonly type: 'starting' }
  | {
      readonly type: 'running'
      readonly source: SoundSource
      readonly stream: OpenStream
      readonly paused: boolean
    }
  | { readonly type: 'stopping' }
  | { readonly type: 'over' }

/** One `listen()` from the request for the microphone to its release. */
export class Listening {
  readonly events: EventQueue
  /** Resolves when everything is released; never rejects. */
  readonly finished: Promise<void>
  readonly #context: RunContext
  readonly #options: ListenOptions
  readonly #abort = new AbortController()
  readonly #stopRequested: Promise<SourceEnd>
  #requestStop!: () => void
  #phase: Phase = { type: 'starting' }

  constructor(context: RunContext, options: ListenOptions) {
    this.#context = context
    this.#options = options
    this.events = new EventQueue(() => this.leave())
    this.#stopRequested = new Promise((resolve) => {
      this.#requestStop = () => resolve({ type: 'finished' })
    })
    this.finished = this.#run()
  }

  /** Ends after the last words' result. */
  async stop(): Promise<void> {
    if (this.#phase.type === 'starting') return await this.leave()
    this.#requestStop()
    await this.finished
  }

  /** Ends at once. */
  async leave(): Promise<void> {
    this.#abort.abort(LEFT)
    await this.finished
  }

  async pause(): Promise<void> {
    const phase = this.#running('pause')
    if (phase.paused) return
    this.#phase = { ...phase, paused: true }
    await phase.source.pause()
    await phase.stream.pause()
    if (this.#phase.type === 'running') this.#setState('paused')
  }

  async resume(): Promise<void> {
    const phase = this.#running('resume')
    if (!phase.paused) return
    this.#phase = { ...phase, paused: false }
    await phase.source.resume()
    if (this.#phase.type === 'running') this.#setState('listening')
  }

  async configure(changes: StreamChanges): Promise<void> {
    if (this.#phase.type === 'running') await this.#phase.stream.configure(changes)
  }

  async #run(): Promise<void> {
    const { signal } = this.#options
    const onAbort = () => this.#abort.abort(signal?.reason)
    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort)
    // Listeners that the caller adds right after `listen()` shall hear the first event.
    await Promise.resolve()
    try {
      this.#setState('starting')
      await this.#listen()
      this.events.end()
    } catch (error) {
      this.#report(error)
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.#phase = { type: 'over' }
      this.#setState('idle')
    }
  }

  async #listen(): Promise<void> {
    const { signal } = this.#abort
    const [place, source] = await this.#prepare(signal)
    let stream: OpenStream | undefined
    const aborted = rejection(signal)
    try {
      stream = await place.open(this.#config(source), (event) => this.#emit(event), signal)
      source.start(stream.audio)
      this.#phase = { type: 'running', source, stream, paused: false }
      this.#setState('listening')
      const finished = stream.done.then((): SourceEnd => ({ type: 'finished' }))
      const end = await Promise.race([this.#stopRequested, source.ended, finished, aborted])
      this.#phase = { type: 'stopping' }
      this.#setState('stopping')
      // What was heard before the microphone went is still answered.
      await Promise.race([stream.finish(), aborted])
      await source.close()
      await Promise.race([stream.done, aborted])
      if (end.type === 'lost') throw end.error
    } catch (error) {
      await stream?.cancel()
      throw error
    } finally {
      await source.close()
    }
  }

  /** Workers, or the way to the server, and microphone at the same time; when one fails the other is let go. */
  async #prepare(signal: AbortSignal) {
    const opening = this.#openSource(signal)
    const loading = this.#context.place(signal)
    try {
      const source = await opening
      return [await loading, source] as const
    } catch (error) {
      loading.catch(() => {})
      void opening.then((source) => source.close()).catch(() => {})
      throw error
    }
  }

  async #openSource(signal: AbortSignal): Promise<SoundSource> {
    const { source = 'microphone', deviceId, constraints } = this.#options
    const workletUrl = this.#context.assets.captureWorklet
    if (source === 'microphone') {
      const stream = await openMicrophone(
        deviceId,
        { ...(this.#context.answered ? { echoCancellation: true } : {}), ...constraints },
        signal,
      )
      try {
        return await captureStream(stream, { workletUrl, owned: true, signal })
      } catch (error) {
        for (const track of stream.getTracks()) track.stop()
        throw error
      }
    }
    if (source instanceof MediaStream)
      return await captureStream(source, { workletUrl, owned: false, signal })
    return await iterableSource(source, signal)
  }

  #config(source: SoundSource): StreamConfig {
    const { settings } = this.#context
    const { language, withItn, vad, partials } = this.#options
    const partialIntervalMs = partialInterval(partials, settings.partialIntervalMs)
    return {
      sampleRate: source.sampleRate,
      live: true,
      overload: source.canWait ? 'wait' : 'drop',
      segmentation: { ...settings.vad, ...vad },
      language: language ?? settings.language,
      withItn: withItn ?? settings.withItn,
      ...(partialIntervalMs === undefined ? {} : { partialIntervalMs }),
    }
  }

  #setState(state: AnalyzerState): void {
    this.events.push({ type: 'state', state })
    this.#context.setState(state)
  }

  #emit(event: SpeechEvent): void {
    if (this.#abort.signal.aborted) return
    this.events.push(event)
    this.#context.emit(event)
  }

  #report(error: unknown): void {
    if (error === LEFT) {
      this.events.end()
    } else if (this.#abort.signal.aborted && error === this.#abort.signal.reason) {
      this.events.fail(error)
    } else {
      const speechError = toSpeechError(error, 'worker-failed')
      this.#context.emit({ type: 'error', error: speechError })
      this.events.fail(speechError)
    }
  }

  #running(call: string) {
    if (this.#phase.type !== 'running') {
      throw new SpeechError('invalid-argument', `${call}() needs a listen() that has started`)
    }
    return this.#phase
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  const promise = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  promise.catch(() => {})
  return promise
}
