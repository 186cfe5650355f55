import {
  type AnalyzerState,
  SpeechError,
  type SpeechEvent,
  toSpeechError,
  validSegmenterOptions,
} from '@sensevoice-web/engine'
import type {
  AnalyzeInput,
  AnalyzeOptions,
  ConfigureOptions,
  CreateOptions,
  ListenOptions,
} from './api/options.ts'
import type {
  AnalysisResult,
  Capabilities,
  Microphone,
  ModelInfo,
  ModelPlace,
  RuntimeInfo,
} from './api/outcomes.ts'
import { dispatchReply, dispatchSpeechEvent, SpeechEventTarget } from './api/speech-event-target.ts'
import { detectCapabilities } from './capabilities.ts'
import { listMicrophones } from './microphones.ts'
import { analyze } from './page/analysis.ts'
import type { AnalysisPlace } from './page/analysis-place.ts'
import { AnalyzerHome } from './page/analyzer-home.ts'
import { Listening } from './page/listening.ts'
import { type AnalyzerPlan, planAnalyzer } from './page/plan-analyzer.ts'
import type { RunContext, Settings } from './page/run-context.ts'

/**
 * Speech analysis inside the page: text, language, emotion and sound events with their probabilities, from a microphone or a file. Nothing
 * leaves the browser.
 *
 * ```ts
 * const analyzer = await SpeechAnalyzer.create()
 * for await (const e of analyzer.listen()) if (e.type === 'result') show(e.result)
 * ```
 *
 * Every event of the iterator is also dispatched as a DOM event of the same name whose `detail` is the event.
 */
export class SpeechAnalyzer extends SpeechEventTarget {
  readonly #plan: AnalyzerPlan
  #settings: Settings
  #state: AnalyzerState = 'idle'
  readonly #home: AnalyzerHome
  #listening: Listening | undefined
  /** Analyses run one after another; the end of the newest one. */
  #analyses: Promise<unknown> = Promise.resolve()
  #waitingAnalyses = 0
  readonly #closing = new AbortController()

  private constructor(plan: AnalyzerPlan, home: AnalyzerHome) {
    super()
    this.#plan = plan
    this.#settings = plan.settings
    this.#home = home
  }

  /**
   * Loads the model, the VAD and the WASM runtime into two workers; with `remote` asks the server instead.
   *
   * @throws SpeechError `invalid-argument`, `insecure-context`, `not-supported`, `model-not-found`, `model-corrupt`, `model-unsupported`,
   *   `network`, `file-unreadable`, `out-of-memory`, `worker-failed`; the signal's reason when aborted
   */
  static async create(options: CreateOptions = {}): Promise<SpeechAnalyzer> {
    const plan = planAnalyzer(options)
    return new SpeechAnalyzer(plan, await AnalyzerHome.find(plan, options))
  }

  /** What this browser and this page can do and why not. Asks for no permission. */
  static capabilities(): Promise<Capabilities> {
    return detectCapabilities()
  }

  /**
   * The microphones to choose from; their labels are empty until the user has allowed one.
   *
   * @throws SpeechError `insecure-context`, `not-supported`
   */
  static microphones(): Promise<readonly Microphone[]> {
    return listMicrophones()
  }

  get state(): AnalyzerState {
    return this.#state
  }

  /** How recognition runs here, and why so; an event `runtime` tells when it changes while sound is analyzed. */
  get runtime(): RuntimeInfo {
    return this.#home.facts.runtime
  }

  get model(): ModelInfo {
    return this.#home.facts.model
  }

  /** Where the loaded model lies, and whether storing it failed. */
  get modelPlace(): ModelPlace {
    return this.#home.facts.modelPlace
  }

  /** Whether the server of `remote` answers what is said, spoken; `RemoteOptions.reply` asks it to. */
  get canReply(): boolean {
    return this.#home.facts.canReply
  }

  /** Silences the answer that runs, if one does; a `reply` event `cancelled` tells so. */
  interruptReply(): void {
    this.#home.interruptReply()
  }

  /**
   * Starts listening at once. The iterator ends after `stop()` or when the source ends; leaving the loop stops at once. When listening
   * cannot go on (microphone denied or lost, a worker died) the iterator throws a `SpeechError` after the last event, and the same error is
   * dispatched as an `error` event. `error` events that the iterator yields are of one segment; listening goes on.
   *
   * @throws SpeechError `busy` while it listens or analyzes already, `closed`, `invalid-argument`
   */
  listen(options: ListenOptions = {}): AsyncIterable<SpeechEvent> {
    this.#requireIdle('listen')
    validSegmenterOptions({ ...this.#settings.vad, ...options.vad })
    const listening = new Listening(this.#context(), options)
    this.#listening = listening
    void listening.finished.then(() => {
      if (this.#listening === listening) this.#listening = undefined
    })
    return listening.events
  }

  /**
   * Analyzes a finite sound as fast as the machine can. Several calls are done one after another.
   *
   * @throws SpeechError `busy` while it listens, `invalid-argument`, `invalid-audio`, `invalid-wav`, `unsupported-audio`, `file-not-found`,
   *   `network`, `sample-rate-unsupported`, `worker-failed`, `closed`; the signal's reason when aborted
   */
  async analyze(input: AnalyzeInput, options: AnalyzeOptions = {}): Promise<AnalysisResult> {
    this.#requireOpen()
    if (this.#listening) throw busy('analyze', this.#state)
    if (options.vad) validSegmenterOptions({ ...this.#settings.vad, ...options.vad })
    const signal = options.signal
      ? AbortSignal.any([options.signal, this.#closing.signal])
      : this.#closing.signal
    signal.throwIfAborted()
    this.#waitingAnalyses += 1
    this.#setState('analyzing')
    const result = this.#analyses.then(() => {
      signal.throwIfAborted()
      return analyze(this.#context(), input, options, signal)
    })
    this.#analyses = result.catch(() => {})
    try {
      return await result
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw toSpeechError(error, 'inference-failed')
    } finally {
      this.#waitingAnalyses -= 1
      if (this.#waitingAnalyses === 0) this.#setState('idle')
    }
  }

  /** Changes language, ITN and VAD, also while listening: from the next recognition or VAD window on. */
  async configure(options: ConfigureOptions): Promise<void> {
    this.#requireOpen()
    const vad = { ...this.#settings.vad, ...options.vad }
    validSegmenterOptions(vad)
    const { language, withItn } = { ...this.#settings, ...options }
    this.#settings = { ...this.#settings, language, withItn, vad }
    await this.#listening?.configure({
      ...(options.language === undefined ? {} : { language: options.language }),
      ...(options.withItn === undefined ? {} : { withItn: options.withItn }),
      ...(options.vad === undefined ? {} : { segmentation: options.vad }),
    })
  }

  /** The microphone's sound is not taken until `resume`; words already spoken get their result. Times go on without the pause. */
  async pause(): Promise<void> {
    await this.#requireListening('pause').pause()
  }

  async resume(): Promise<void> {
    await this.#requireListening('resume').resume()
  }

  /** Ends listening after the result of the last words; resolves when the microphone is released. Does nothing when idle. */
  async stop(): Promise<void> {
    await this.#listening?.stop()
  }

  /** Ends everything and its workers. Running calls end without further results: `analyze` rejects with `closed`. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return
    const reason = new SpeechError('closed', 'the analyzer was closed')
    this.#closing.abort(reason)
    await this.#listening?.leave()
    await this.#analyses
    this.#home.close(reason)
    this.#setState('closed')
  }

  #context(): RunContext {
    return {
      settings: this.#settings,
      assets: this.#plan.pair.assets,
      answered: this.#plan.remote?.reply ?? false,
      place: (signal) => this.#place(signal),
      emit: (event) => this.#emit(event),
      setState: (state) => this.#setState(state),
    }
  }

  #place(signal: AbortSignal): Promise<AnalysisPlace> {
    return this.#home.place(signal, {
      onProgress: (progress) => dispatchSpeechEvent(this, { type: 'progress', progress }),
      onReply: (reply) => dispatchReply(this, reply),
    })
  }

  #emit(event: SpeechEvent): void {
    this.#home.take(event)
    dispatchSpeechEvent(this, event)
  }

  #setState(state: AnalyzerState): void {
    if (this.#state === state || this.#state === 'closed') return
    this.#state = state
    dispatchSpeechEvent(this, { type: 'state', state })
  }

  #requireOpen(): void {
    if (this.#closing.signal.aborted) throw new SpeechError('closed', 'the analyzer was closed')
  }

  #requireIdle(call: string): void {
    this.#requireOpen()
    if (this.#listening || this.#waitingAnalyses > 0) throw busy(call, this.#state)
  }

  #requireListening(call: string): Listening {
    this.#requireOpen()
    if (this.#listening === undefined) {
      throw new SpeechError('invalid-argument', `${call}() needs a listen() that has started`)
    }
    return this.#listening
  }
}

function busy(call: string, state: AnalyzerState): SpeechError {
  return new SpeechError('busy', `${call}() while the analyzer is ${state}`, {
    hint: 'Stop it first, or create a second analyzer.',
    retryable: true,
  })
}
