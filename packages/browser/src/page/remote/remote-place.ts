import type { SpeechEvent } from '@sensevoice-web/engine'
import type { ServedModelFacts } from '@sensevoice-web/protocol'
import type { RuntimeInfo } from '../../api/outcomes.ts'
import type { ListenerApi } from '../../wire/listener-api.ts'
import type { StreamConfig } from '../../wire/stream-config.ts'
import type { AnalysisPlace, OpenStream, ReadSound } from '../analysis-place.ts'
import { WorkerHost } from '../worker-host.ts'
import type { RemoteServer } from './remote-server.ts'
import { RemoteStream } from './remote-stream.ts'
import type { ReplyLine } from './reply-line.ts'

export interface RemotePlaceParts {
  readonly server: RemoteServer
  readonly runtime: RuntimeInfo
  /** Script of the worker that reads files off the page's thread. */
  readonly listenerWorker: string
  /** The page's own workers, for when the server is gone; undefined: there is no such way out. */
  readonly ownPlace: ((signal: AbortSignal) => Promise<AnalysisPlace>) | undefined
  /** A stream has reached the server. @returns what is new about it, to be told */
  readonly reached: (model: ServedModelFacts, canReply: boolean) => SpeechEvent | undefined
  readonly replies: ReplyLine
}

/** Analysis by a companion server. */
export class RemotePlace implements AnalysisPlace {
  readonly #parts: RemotePlaceParts

  constructor(parts: RemotePlaceParts) {
    this.#parts = parts
  }

  get runtime(): RuntimeInfo {
    return this.#parts.runtime
  }

  /** Does not wait for the connection: sound is kept until there is one. */
  async open(
    config: StreamConfig,
    deliver: (event: SpeechEvent) => void,
    signal: AbortSignal,
  ): Promise<OpenStream> {
    const { server, ownPlace, reached, replies } = this.#parts
    return new RemoteStream({ server, config, deliver, ownPlace, reached, replies, signal })
  }

  async readWav(file: Blob, signal: AbortSignal): Promise<ReadSound | undefined> {
    const reader = new WorkerHost<ListenerApi>(this.#parts.listenerWorker, 'listener')
    try {
      return await reader.call((api) => api.readWav(file), signal)
    } finally {
      reader.terminate()
    }
  }
}
