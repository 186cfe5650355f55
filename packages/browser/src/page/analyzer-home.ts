import { type LoadProgress, type SpeechEvent, toSpeechError } from '@sensevoice-web/engine'
import type { HeardReply } from '@sensevoice-web/protocol'
import type { CreateOptions } from '../api/options.ts'
import type { ModelInfo, ModelPlace, RuntimeInfo } from '../api/outcomes.ts'
import type { AnalysisPlace } from './analysis-place.ts'
import { PagePlace } from './page-place.ts'
import { PageWorkers } from './page-workers.ts'
import type { AnalyzerPlan } from './plan-analyzer.ts'
import { greet } from './remote/greet.ts'
import { RemotePlace } from './remote/remote-place.ts'
import type { RemoteServer } from './remote/remote-server.ts'
import { ReplyLine } from './remote/reply-line.ts'
import { servedModel, servedPlace } from './remote/served-model.ts'
import type { WorkerPair } from './worker-pair.ts'

/** What can be asked of an analyzer about where it computes. */
export interface HomeFacts {
  readonly model: ModelInfo
  readonly modelPlace: ModelPlace
  readonly runtime: RuntimeInfo
  /** The server answers who asks for it. */
  readonly canReply: boolean
}

/** What an analyzer is told while its home is found or used. */
export interface HomeHooks {
  onProgress(progress: LoadProgress): void
  onReply(reply: HeardReply): void
}

/** Where an analyzer's sound is analyzed, now and for the next run, and what is known of that place. */
export class AnalyzerHome {
  readonly #plan: AnalyzerPlan
  readonly #workers: PageWorkers
  /** Those that the facts are of, or were before a server's. */
  #pair: WorkerPair | undefined
  #facts: HomeFacts
  #replies: ReplyLine | undefined

  private constructor(plan: AnalyzerPlan, workers: PageWorkers, facts: HomeFacts, pair?: WorkerPair) {
    this.#plan = plan
    this.#workers = workers
    this.#facts = facts
    this.#pair = pair
  }

  /** Loads the workers, or asks the server; a server that is not there is tried again by the next run, while this page is ready by itself. */
  static async find(
    plan: AnalyzerPlan,
    { signal, onProgress = () => {} }: CreateOptions,
  ): Promise<AnalyzerHome> {
    const workers = new PageWorkers(plan.pair)
    const { remote } = plan
    if (remote === undefined) {
      const pair = await workers.load({ signal, onProgress, ending: true })
      return new AnalyzerHome(plan, workers, factsOf(pair), pair)
    }
    try {
      const { model, reply } = await greet(remote, signal)
      onProgress({ stage: 'ready', loadedBytes: 0 })
      return new AnalyzerHome(plan, workers, servedFacts(plan, remote, model, reply !== undefined))
    } catch (error) {
      if (signal?.aborted || !remote.fallback) throw error
      const pair = await workers.load({ signal, onProgress, ending: true })
      const facts = factsOf(pair)
      const why = toSpeechError(error, 'network').message
      const reason = `The server is not there (${why}); this page goes on by itself. ${facts.runtime.reason}`
      return new AnalyzerHome(plan, workers, { ...facts, runtime: { ...facts.runtime, reason } }, pair)
    }
  }

  get facts(): HomeFacts {
    return this.#facts
  }

  /** Silences the answer that runs, if one does. */
  interruptReply(): void {
    this.#replies?.interrupt()
  }

  async place(signal: AbortSignal, { onProgress, onReply }: HomeHooks): Promise<AnalysisPlace> {
    const { remote, pair } = this.#plan
    if (remote === undefined) return await this.#ownPlace(signal, onProgress)
    this.#replies ??= new ReplyLine(onReply)
    return new RemotePlace({
      replies: this.#replies,
      server: remote,
      runtime: this.#facts.runtime,
      listenerWorker: pair.assets.listenerWorker,
      ownPlace: remote.fallback ? (ending) => this.#ownPlace(ending, onProgress) : undefined,
      reached: (model, canReply) => {
        const away = this.#facts.runtime.provider !== 'remote'
        this.#facts = servedFacts(this.#plan, remote, model, canReply)
        const { reason } = this.#facts.runtime
        return away ? { type: 'runtime', provider: 'remote', reason } : undefined
      },
    })
  }

  /** Takes over what an event says of the place. */
  take(event: SpeechEvent): void {
    if (event.type !== 'runtime') return
    const { provider, reason } = event
    this.#facts = { ...this.#facts, runtime: { ...this.#facts.runtime, provider, reason } }
  }

  close(reason: unknown): void {
    this.#workers.close(reason)
  }

  async #ownPlace(signal: AbortSignal, onProgress: (progress: LoadProgress) => void): Promise<AnalysisPlace> {
    const pair = await this.#workers.load({ signal, onProgress })
    // Of the same workers more may be known by now: an event tells when their provider changes.
    if (pair !== this.#pair || this.#facts.runtime.provider === 'remote') this.#facts = factsOf(pair)
    this.#pair = pair
    return new PagePlace(pair)
  }
}

function factsOf({ model, runtime }: WorkerPair): HomeFacts {
  return { model, modelPlace: model.place, runtime, canReply: false }
}

function servedFacts(
  { pair }: AnalyzerPlan,
  { host }: RemoteServer,
  model: Parameters<typeof servedModel>[0],
  canReply: boolean,
): HomeFacts {
  return {
    model: servedModel(model, host),
    modelPlace: servedPlace(host),
    canReply,
    runtime: {
      provider: 'remote',
      threads: pair.threads,
      isolated: pair.isolated,
      reason: `Sound goes to ${host} and is analyzed there.`,
    },
  }
}
