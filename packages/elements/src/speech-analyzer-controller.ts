import {
  type AnalyzerState,
  type LoadProgress,
  type PartialResult,
  SpeechError,
  type SpeechEvent,
  type SpeechEventOf,
  type SpeechResult,
  toSpeechError,
} from '@sensevoice-web/engine'
import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { AnalyzerLike, AnalyzerSettings, LoadHooks } from './analyzer-like.ts'
import { inTranscript, nextSessionStart, type SessionStart } from './joined-sessions.ts'

/** A file being analyzed; times in ms of its own sound. */
export interface FileProgress {
  readonly fileName: string
  readonly analyzedMs: number
  readonly totalMs: number
}

/**
 * The lifecycle of one analyzer for a page: loading, listening, files and what came of them. It holds everything a view shows and asks its
 * host to render when something changes. Answers of a run that was replaced meanwhile are dropped by the run's number.
 */
export class SpeechAnalyzerController implements ReactiveController {
  phase: 'empty' | 'loading' | 'ready' | 'failed' = 'empty'
  state: AnalyzerState = 'idle'
  results: readonly SpeechResult[] = []
  partial: PartialResult | undefined
  level: SpeechEventOf<'level'> | undefined
  progress: LoadProgress | undefined
  error: SpeechError | undefined
  analysis: FileProgress | undefined
  /** Samples at 16 kHz that were lost so far, as `overrun` events told. */
  droppedSamples = 0
  analyzer: AnalyzerLike | undefined

  readonly #host: ReactiveControllerHost
  readonly #create: (hooks: LoadHooks) => Promise<AnalyzerLike>
  #abort = new AbortController()
  #run = 0

  /** @param create loads an analyzer; called by `load()`, and again after a failure */
  constructor(host: ReactiveControllerHost, create: (hooks: LoadHooks) => Promise<AnalyzerLike>) {
    this.#host = host
    this.#create = create
    host.addController(this)
  }

  /** Whether a microphone is open, or is being opened or closed. */
  get listening(): boolean {
    return ['starting', 'listening', 'paused', 'stopping'].includes(this.state)
  }

  hostConnected(): void {
    if (this.#abort.signal.aborted) this.#abort = new AbortController()
  }

  /** Ends everything: a removed page part must not leave a microphone open. */
  hostDisconnected(): void {
    this.#run += 1
    this.#abort.abort()
    void this.analyzer?.close()
    this.analyzer = undefined
    this.phase = 'empty'
    // What was under way is never going to say that it ended: its run is over.
    this.state = 'idle'
    this.level = undefined
    this.partial = undefined
    this.analysis = undefined
  }

  /** Loads the analyzer; a second call while it loads or when it is there does nothing. */
  async load(): Promise<void> {
    if (this.phase === 'loading' || this.phase === 'ready') return
    this.#set({ phase: 'loading', error: undefined, progress: undefined })
    const { signal } = this.#abort
    try {
      const analyzer = await this.#create({
        signal,
        onProgress: (progress) => {
          if (!signal.aborted) this.#set({ progress })
        },
      })
      if (signal.aborted) return void analyzer.close()
      analyzer.addEventListener('state', ({ detail }) => {
        if (this.analyzer === analyzer) this.#set({ state: detail.state })
      })
      this.#set({ phase: 'ready', analyzer })
    } catch (error) {
      if (!signal.aborted) this.#set({ phase: 'failed', error: toSpeechError(error, 'not-supported') })
    }
  }

  /** Ends the analyzer, or its loading, and asks for another one; the transcript stays. */
  async reload(): Promise<void> {
    this.hostDisconnected()
    this.hostConnected()
    await this.load()
  }

  /** Listens until `stop()`, the end of the microphone, or an error; further sessions are appended to the transcript. */
  async start(options: { deviceId?: string } = {}): Promise<void> {
    const { analyzer } = this
    if (analyzer === undefined) return
    const run = this.#begin()
    const place = nextSessionStart(this.results)
    try {
      for await (const event of analyzer.listen({ ...options, signal: this.#abort.signal })) {
        if (run !== this.#run) return
        this.#take(event, place)
      }
    } catch (error) {
      this.#fail(run, error)
    } finally {
      if (run === this.#run) this.#set({ partial: undefined, level: undefined })
    }
  }

  /**
   * Analyzes a file; its results replace the transcript, so that times are the file's own. While the microphone is open it only leaves a
   * `busy` error: a file that is dropped by mistake must not end what is being listened to.
   */
  async analyze(file: File): Promise<void> {
    const { analyzer } = this
    if (analyzer === undefined) return
    if (this.listening) {
      const hint = 'Stop listening first, then give the file again.'
      this.#set({ error: new SpeechError('busy', 'a file was given while the microphone is open', { hint }) })
      return
    }
    const run = this.#begin()
    this.#set({ results: [], analysis: { fileName: file.name, analyzedMs: 0, totalMs: 0 } })
    const onEvent = (event: SpeechEvent) => {
      if (run === this.#run) this.#take(event, { segmentId: 0, ms: 0 })
    }
    try {
      await analyzer.analyze(file, { signal: this.#abort.signal, onEvent })
    } catch (error) {
      this.#fail(run, error)
    } finally {
      if (run === this.#run) this.#set({ analysis: undefined, partial: undefined })
    }
  }

  async stop(): Promise<void> {
    await this.#attempt((analyzer) => analyzer.stop())
  }

  async pause(): Promise<void> {
    await this.#attempt((analyzer) => analyzer.pause())
  }

  async resume(): Promise<void> {
    await this.#attempt((analyzer) => analyzer.resume())
  }

  async configure(settings: AnalyzerSettings): Promise<void> {
    await this.#attempt((analyzer) => analyzer.configure(settings))
  }

  /** Forgets the transcript. */
  clear(): void {
    this.#set({ results: [], partial: undefined, droppedSamples: 0 })
  }

  dismissError(): void {
    this.#set({ error: undefined })
  }

  /** Shows an error that the page itself met, such as a file that could not be fetched. */
  report(error: SpeechError): void {
    this.#set({ error })
  }

  #begin(): number {
    this.#run += 1
    this.#set({ error: undefined, partial: undefined })
    return this.#run
  }

  #take(event: SpeechEvent, place: SessionStart): void {
    const change = this.#changeBy(event, place)
    if (change !== undefined) this.#set(change)
  }

  /** What an event changes in the view; nothing for those that the analyzer's state tells already. */
  #changeBy(event: SpeechEvent, place: SessionStart): Partial<SpeechAnalyzerController> | undefined {
    switch (event.type) {
      case 'level':
        return { level: event }
      case 'partial':
        return { partial: inTranscript(event.partial, place) }
      case 'result':
        return { results: [...this.results, inTranscript(event.result, place)], partial: undefined }
      case 'discarded':
        return { partial: undefined }
      case 'overrun':
        return { droppedSamples: this.droppedSamples + event.samples }
      case 'analysis-progress': {
        const { analyzedMs, totalMs } = event
        return this.analysis && { analysis: { ...this.analysis, analyzedMs, totalMs } }
      }
      case 'error':
        return { error: event.error }
      case 'runtime':
        // Nothing of ours: `analyzer.runtime` is another one now, and views that show it have to look again.
        return {}
      default:
        return undefined
    }
  }

  #fail(run: number, error: unknown): void {
    if (run !== this.#run || this.#abort.signal.aborted) return
    this.#set({ error: toSpeechError(error, 'inference-failed') })
  }

  async #attempt(action: (analyzer: AnalyzerLike) => Promise<void>): Promise<void> {
    if (this.analyzer === undefined) return
    try {
      await action(this.analyzer)
    } catch (error) {
      this.#set({ error: toSpeechError(error, 'inference-failed') })
    }
  }

  #set(change: Partial<SpeechAnalyzerController>): void {
    Object.assign(this, change)
    this.#host.requestUpdate()
  }
}
