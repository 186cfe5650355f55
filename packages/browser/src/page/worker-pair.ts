import type { LoadProgress, SpeechError } from '@sensevoice-web/engine'
import { proxy } from 'comlink'
import type { ListenerApi } from '../wire/listener-api.ts'
import type { LoadedModel, ModelLocation, RecognizerApi } from '../wire/recognizer-api.ts'
import { keepSpeechErrors } from '../wire/speech-error-transfer.ts'
import { askToPersist } from './ask-to-persist.ts'
import type { ResolvedAssets } from './asset-urls.ts'
import { WorkerHost } from './worker-host.ts'

export interface PairSettings {
  readonly assets: ResolvedAssets
  readonly model: ModelLocation
  readonly threads: number
}

export interface LoadHooks {
  readonly signal?: AbortSignal | undefined
  readonly onProgress: (progress: LoadProgress) => void
}

keepSpeechErrors()

/** The two workers of an analyzer, loaded. They live and die together: a failed one takes the other with it. */
export class WorkerPair {
  readonly listener: WorkerHost<ListenerApi>
  readonly recognizer: WorkerHost<RecognizerApi>
  /** Resolves with the reason once either worker is dead. */
  readonly failed: Promise<SpeechError>
  readonly #gone = new AbortController()
  #model: LoadedModel | undefined
  #reportRetired!: (error: SpeechError) => void

  private constructor(assets: ResolvedAssets) {
    this.listener = new WorkerHost(assets.listenerWorker, 'listener')
    try {
      this.recognizer = new WorkerHost(assets.recognizerWorker, 'recognizer')
    } catch (error) {
      this.listener.terminate()
      throw error
    }
    const retired = new Promise<SpeechError>((resolve) => {
      this.#reportRetired = resolve
    })
    this.failed = Promise.race([this.listener.failed, this.recognizer.failed, retired])
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

  get model(): LoadedModel {
    if (this.#model === undefined) throw new Error('a pair is only handed out loaded')
    return this.#model
  }

  /** Starts both workers and loads everything; on any failure or abort nothing is left running. */
  static async load({ assets, model, threads }: PairSettings, hooks: LoadHooks): Promise<WorkerPair> {
    hooks.signal?.throwIfAborted()
    if (model.type === 'stored') askToPersist()
    const pair = new WorkerPair(assets)
    const { wasm, wasmGlue, vadModel } = assets
    const onProgress = (progress: LoadProgress) => {
      if (!hooks.signal?.aborted) hooks.onProgress(progress)
    }
    try {
      const [loaded] = await Promise.all([
        pair.recognizer.call(
          (api) => api.load({ wasm, wasmGlue, model, threads }, proxy(onProgress)),
          hooks.signal,
        ),
        pair.listener.call((api) => api.load({ wasm, wasmGlue, vadModel }, proxy(onProgress)), hooks.signal),
      ])
      pair.#model = loaded
      onProgress({ stage: 'ready', loadedBytes: 0 })
      return pair
    } catch (error) {
      pair.terminate()
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
