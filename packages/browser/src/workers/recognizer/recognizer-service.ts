import { type LoadProgress, type Recognizer, SpeechError } from '@sensevoice-web/engine'
import { loadRecognizer } from '@sensevoice-web/onnx'
import { InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import { EventSender } from '../../wire/event-port.ts'
import type {
  LoadedModel,
  RecognizerApi,
  RecognizerAssets,
  RecognizerStreamConfig,
} from '../../wire/recognizer-api.ts'
import { holdLock } from '../hold-lock.ts'
import { forgetBinary, startRuntime } from '../start-runtime.ts'
import { openModel } from './model-files.ts'
import { sessionParts } from './prepared-model.ts'
import { RecognizerStream } from './recognizer-stream.ts'

/** The recognizer worker's life: one runtime, one model, one stream at a time. */
export class RecognizerService implements RecognizerApi {
  #recognizer: Recognizer | undefined
  #stream: RecognizerStream | undefined

  holdLock(name: string): Promise<void> {
    return holdLock(name)
  }

  async load(
    { wasm, wasmGlue, model, threads }: RecognizerAssets,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<LoadedModel> {
    const tell = (stage: LoadProgress['stage']) => (loadedBytes: number, totalBytes: number | undefined) =>
      onProgress({ stage, loadedBytes, ...(totalBytes === undefined ? {} : { totalBytes }) })
    const [files] = await Promise.all([
      openModel(model, onProgress),
      startRuntime({ wasm, wasmGlue }, threads, tell('runtime')),
    ])
    onProgress({ stage: 'warm-up', loadedBytes: 0 })
    const { session, release } = await sessionParts(files)
    const { recognizer } = await loadRecognizer({
      runtime: { InferenceSession, Tensor },
      ...session,
      tokens: files.tokens,
      manifest: files.manifest,
      executionProvider: 'wasm',
      threads,
      clock: () => performance.now(),
    }).finally(release)
    forgetBinary()
    this.#recognizer = recognizer
    // What was kept in memory alone is in the session now.
    if (files.place.kind === 'memory') await files.folder?.removeAll()
    const { frontend: _frontend, ids: _ids, files: _files, ...about } = files.manifest
    return { ...about, place: files.place }
  }

  async open(jobs: MessagePort, events: MessagePort, config: RecognizerStreamConfig): Promise<void> {
    if (this.#recognizer === undefined) throw new SpeechError('invalid-argument', 'open needs a loaded model')
    await this.cancel()
    this.#stream = new RecognizerStream(jobs, new EventSender(events), this.#recognizer, config)
  }

  async cancel(): Promise<void> {
    const stream = this.#stream
    this.#stream = undefined
    await stream?.cancel()
  }
}
