import type { LoadProgress, SpeechError } from '@sensevoice-web/engine'
import { proxy } from 'comlink'
import type { RuntimeInfo } from '../api/outcomes.ts'
import type { ListenerApi } from '../wire/listener-api.ts'
import type { LoadedModel, RecognizerApi } from '../wire/recognizer-api.ts'
import { keepSpeechErrors } from '../wire/speech-error-transfer.ts'
import { askToPersist } from './ask-to-persist.ts'
import {
  type LoadHooks,
  loadRecognizer,
  type RecognizerHost,
  type RecognizerSettings,
} from './load-recognizer.ts'
import { WorkerHost } from './worker-host.ts'

export type PairSettings = RecognizerSettings

keepSpeechErrors()

/** The two workers of an analyzer, loaded. They live and die together: a failed one takes the other with it. */
export class WorkerPair {
  readonly listener: WorkerHost<ListenerApi>
  readonly recognizer: WorkerHost<RecognizerApi>
  readonly model: LoadedModel
  readonly runtime: RuntimeInfo
  /** Resolves with the reason once either worker is dead. */
  readonly failed: Promise<SpeechError>
  readonly #gone = new AbortController()
  #reportRetired!: (error: SpeechError) => void

  private constructor(listener: WorkerHost<ListenerApi>, { host, model, runtime }: RecognizerHost) {
    this.listener = listener
    this.recognizer = host
    this.model = model
    this.runtime = runtime
    const retired = new Promise<SpeechError>((resolve) => {
      this.#reportRetired = resolve
    })
    this.failed = Promise.race([listener.failed, host.failed, retired])
    // Calls to the other worker end with the reason too, not with the news that it was closed.
    void this.failed.then((error) => {
      this.terminate(error)
      this.#gone.abort(error)
    })
  }

  /**
   * Aborted with the reason once either worker is dead. For what ends before the pair does: it takes its listener back, while every `then` on
   * `failed` would stay as long as the pair.
   */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  /** Starts both workers and loads everything; on any failure or abort nothing is left running. */
  static async load(settings: PairSettings, { signal, onProgress }: LoadHooks): Promise<WorkerPair> {
    signal?.throwIfAborted()
    const { assets, model } = settings
    if (model.type === 'stored') askToPersist()
    // Either failure ends the other's loading.
    const over = new AbortController()
    const hooks = {
      signal: signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]),
      onProgress: (progress: LoadProgress) => {
        if (!over.signal.aborted && !signal?.aborted) onProgress(progress)
      },
    }
    const listener = new WorkerHost<ListenerApi>(assets.listenerWorker, 'listener')
    const recognizer = loadRecognizer(settings, hooks)
    const { wasm, wasmGlue, vadModel } = assets
    try {
      const [loaded] = await Promise.all([
        recognizer,
        listener.call((api) => api.load({ wasm, wasmGlue, vadModel }, proxy(hooks.onProgress)), hooks.signal),
      ])
      onProgress({ stage: 'ready', loadedBytes: 0 })
      return new WorkerPair(listener, loaded)
    } catch (error) {
      over.abort(error)
      listener.terminate()
      recognizer.then(({ host }) => host.terminate()).catch(() => {})
      throw error
    }
  }

  /** Gives the pair up after an error that may have left its WASM memory in disorder. */
  retire(error: SpeechError): void {
    this.terminate(error)
    this.#reportRetired(error)
  }

  terminate(reason?: SpeechError): void {
    this.listener.terminate(reason)
    this.recognizer.terminate(reason)
  }
}
