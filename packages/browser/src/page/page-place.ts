import type { SpeechEvent } from '@sensevoice-web/engine'
import type { RuntimeInfo } from '../api/outcomes.ts'
import type { StreamConfig } from '../wire/stream-config.ts'
import type { AnalysisPlace, OpenStream, ReadSound } from './analysis-place.ts'
import { SpeechStream } from './speech-stream.ts'
import type { WorkerPair } from './worker-pair.ts'

/** Analysis in the two workers of this page. */
export class PagePlace implements AnalysisPlace {
  readonly #pair: WorkerPair

  constructor(pair: WorkerPair) {
    this.#pair = pair
  }

  get runtime(): RuntimeInfo {
    return this.#pair.runtime
  }

  open(
    config: StreamConfig,
    deliver: (event: SpeechEvent) => void,
    signal: AbortSignal,
  ): Promise<OpenStream> {
    return SpeechStream.open(this.#pair, config, deliver, signal)
  }

  readWav(file: Blob, signal: AbortSignal): Promise<ReadSound | undefined> {
    return this.#pair.listener.call((api) => api.readWav(file), signal)
  }
}
