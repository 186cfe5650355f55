import {
  type AcousticModel,
  type AcousticOutput,
  type Features,
  isSpeechError,
  type Prompt,
  SpeechError,
  type SpeechEventOf,
} from '@sensevoice-web/engine'
import type { LiveModel } from './live-model.ts'

/** A GPU that is lost more often than this is not used any more. */
const MOST_REBUILDS = 2
/** A GPU that has not answered by then, or is not there again, will not any more: a lost device may leave waits behind that never end. */
const LIMITS_MS = { run: 60_000, rebuild: 30_000, fallBack: 60_000 }

export interface RecoveringParts {
  /** What runs now. */
  readonly live: LiveModel
  /** The model on a new device. */
  readonly rebuild: () => Promise<LiveModel>
  /** The model on the processor. */
  readonly fallBack: () => Promise<LiveModel>
  readonly onMove: (event: SpeechEventOf<'runtime'>) => void
  /** For tests. */
  readonly limitsMs?: typeof LIMITS_MS
}

class DeviceLost extends Error {}

/**
 * A model on a GPU that outlives its device: when the device is lost the session is built again on a new one and the same features are
 * run again; when that fails, or the GPU computes wrongly or nothing at all, the processor takes over for good. Each move is told. Where the processor
 * cannot take over either, the run fails and the next one tries it again.
 */
export class RecoveringModel implements AcousticModel {
  readonly #parts: RecoveringParts
  /** Undefined from the end of a GPU until the processor has taken over. */
  #live: LiveModel | undefined
  /** The processor's model while it is built. One that takes longer than a run waits for is there for the next. */
  #onProcessor: Promise<LiveModel> | undefined
  /** What is told when the processor has taken over. */
  #reason = ''
  #rebuilds = 0
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(parts: RecoveringParts) {
    this.#parts = parts
    this.#live = parts.live
  }

  infer(features: Features, prompt: Prompt): Promise<AcousticOutput> {
    // One at a time, so that nobody meets a model that is being replaced.
    const output = this.#last.then(() => this.#infer(features, prompt))
    this.#last = output.catch(() => {})
    return output
  }

  async dispose(): Promise<void> {
    this.#closed = true
    await this.#last
    releaseLater(this.#onProcessor)
    await this.#live?.release()
  }

  async #infer(features: Features, prompt: Prompt): Promise<AcousticOutput> {
    for (;;) {
      if (this.#closed) throw new SpeechError('closed', 'the model was disposed of')
      const live = this.#live ?? (await this.#fallBack())
      const { model, lost, provider } = live
      try {
        const output = Promise.race([model.infer(features, prompt), lost.then(throwLost)])
        return await (provider === 'wasm'
          ? output
          : within(output, this.#limits.run, 'the GPU does not answer'))
      } catch (error) {
        if (provider === 'wasm' || isCallersFault(error)) throw error
        await this.#replace(live, error)
      }
    }
  }

  async #replace(live: LiveModel, error: unknown): Promise<void> {
    const what = error instanceof Error ? error.message : String(error)
    this.#live = undefined
    // Not waited for: what is lost may not answer this either.
    void live.release().catch(() => {})
    const isLost = error instanceof DeviceLost
    this.#reason = `The GPU ${isLost ? 'was lost' : 'failed'} (${what}); recognition goes on in WASM.`
    if (!isLost || this.#rebuilds >= MOST_REBUILDS) return
    this.#rebuilds += 1
    const rebuilt = this.#parts.rebuild()
    try {
      this.#live = await within(rebuilt, this.#limits.rebuild, 'no GPU came back')
    } catch {
      // The processor takes over, and a GPU that comes back later is too late.
      releaseLater(rebuilt)
      return
    }
    this.#moved('webgpu', `The GPU was lost (${what}); recognition goes on on a new device.`)
  }

  /** @throws SpeechError when there is no model on the processor either; the next run tries it again */
  async #fallBack(): Promise<LiveModel> {
    this.#onProcessor ??= this.#parts.fallBack().catch((error: unknown) => {
      this.#onProcessor = undefined
      throw error
    })
    const live = await within(this.#onProcessor, this.#limits.fallBack, 'neither GPU nor WASM answers')
    this.#onProcessor = undefined
    this.#live = live
    this.#moved('wasm', this.#reason)
    return live
  }

  get #limits(): typeof LIMITS_MS {
    return this.#parts.limitsMs ?? LIMITS_MS
  }

  #moved(provider: LiveModel['provider'], reason: string): void {
    this.#parts.onMove({ type: 'runtime', provider, reason })
  }
}

/** Frees a model that nobody waits for any more, when it is there. */
function releaseLater(built: Promise<LiveModel> | undefined): void {
  built?.then((live) => live.release()).catch(() => {})
}

async function within<Value>(work: Promise<Value>, ms: number, what: string): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SpeechError('inference-failed', what)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function throwLost(what: string): never {
  throw new DeviceLost(what)
}

function isCallersFault(error: unknown): boolean {
  return isSpeechError(error) && error.code === 'invalid-argument'
}
