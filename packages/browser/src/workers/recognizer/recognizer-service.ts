import {
  isSpeechError,
  type LoadProgress,
  type Recognizer,
  SpeechError,
  type SpeechEventOf,
} from '@sensevoice-web/engine'
import { EventSender } from '../../wire/event-port.ts'
import type {
  LoadedModel,
  RecognizerApi,
  RecognizerAssets,
  RecognizerStreamConfig,
} from '../../wire/recognizer-api.ts'
import { holdLock } from '../hold-lock.ts'
import { type RuntimeModule, startRuntime } from '../start-runtime.ts'
import { openModel } from './model-files.ts'
import type { BuildRecognizer } from './recognizer-builder.ts'
import { RecognizerStream } from './recognizer-stream.ts'

/** The recognizer worker's life: one runtime, one model, one stream at a time. */
export class RecognizerService implements RecognizerApi {
  readonly #runtime: RuntimeModule
  readonly #build: BuildRecognizer
  #recognizer: Recognizer | undefined
  #stream: RecognizerStream | undefined
  /** A move that no stream was there to tell of: the next one does. */
  #untold: SpeechEventOf<'runtime'> | undefined

  constructor(runtime: RuntimeModule, build: BuildRecognizer) {
    this.#runtime = runtime
    this.#build = build
  }

  holdLock(name: string): Promise<void> {
    return holdLock(name)
  }

  async load(
    { wasm, wasmGlue, model, threads, selfTest, gpu }: RecognizerAssets,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<LoadedModel> {
    const tell = (stage: LoadProgress['stage']) => (loadedBytes: number, totalBytes: number | undefined) =>
      onProgress({ stage, loadedBytes, ...(totalBytes === undefined ? {} : { totalBytes }) })
    const runtime = this.#runtime
    const started = startRuntime(runtime, { wasm, wasmGlue }, threads, tell('runtime'))
    const [files] = await Promise.all([
      openModel(model, onProgress),
      gpu === undefined ? started : started.catch(throwNoGpuRuntime),
    ])
    const onMove = (event: SpeechEventOf<'runtime'>) => this.#tellMove(event)
    const built = await this.#build({ runtime, files, threads, selfTest, gpu, onProgress, onMove })
    this.#recognizer = built.recognizer
    // What was kept in memory alone is in the session now.
    if (files.place.kind === 'memory' && !built.needsFiles) await files.folder?.removeAll()
    // Else they stay in use until this worker ends.
    if (!built.needsFiles) await files.release?.()
    const { frontend: _frontend, ids: _ids, files: _files, ...about } = files.manifest
    return { ...about, place: files.place, computing: built.computing }
  }

  async open(jobs: MessagePort, events: MessagePort, config: RecognizerStreamConfig): Promise<void> {
    if (this.#recognizer === undefined) throw new SpeechError('invalid-argument', 'open needs a loaded model')
    await this.cancel()
    const sender = new EventSender(events)
    this.#stream = new RecognizerStream(jobs, sender, this.#recognizer, config)
    if (this.#untold !== undefined) sender.send(this.#untold)
    this.#untold = undefined
  }

  async cancel(): Promise<void> {
    const stream = this.#stream
    this.#stream = undefined
    await stream?.cancel()
  }

  #tellMove(event: SpeechEventOf<'runtime'>): void {
    if (this.#stream === undefined) this.#untold = event
    else this.#stream.tell(event)
  }
}

/**
 * A runtime for the GPU that cannot be fetched is like a worker that does not start, and no fault of the model: the one in WASM may be at hand.
 *
 * @throws SpeechError `worker-failed` in place of `network` and `model-not-found`
 */
function throwNoGpuRuntime(error: unknown): never {
  if (!isSpeechError(error) || (error.code !== 'network' && error.code !== 'model-not-found')) throw error
  const { message, hint, retryable } = error
  throw new SpeechError('worker-failed', message, { hint, retryable, cause: error })
}
