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
 * run again; when that fails, or the GPU computes wrongly or nothing at all, the processor takes over for good. Each move is told.
 */
export class RecoveringModel implements AcousticModel {
  readonly #parts: RecoveringParts
  #live: LiveModel
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
    await this.#live.release()
  }

  async #infer(features: Features, prompt: Prompt): Promise<AcousticOutput> {
    for (;;) {
      if (this.#closed) throw new SpeechError('closed', 'the model was disposed of')
      const { model, lost, provider } = this.#live
      try {
        const output = Promise.race([model.infer(features, prompt), lost.then(throwLost)])
        return await (provider === 'wasm'
          ? output
          : within(output, this.#limits.run, 'the GPU does not answer'))
      } catch (error) {
        if (provider === 'wasm' || isCallersFault(error)) throw error
        await this.#replace(error)
      }
    }
  }

  async #replace(error: unknown): Promise<void> {
    const what = error instanceof Error ? error.message : String(error)
    // Not waited for: what is lost may not answer this either.
    void this.#live.release().catch(() => {})
    if (error instanceof DeviceLost && this.#rebuilds < MOST_REBUILDS) {
      this.#rebuilds += 1
      try {
        this.#live = await within(this.#parts.rebuild(), this.#limits.rebuild, 'no GPU came back')
        this.#moved(`The GPU was lost (${what}); recognition goes on on a new device.`)
        return
      } catch {
        // No GPU came back.
      }
    }
    this.#live = await within(this.#parts.fallBack(), this.#limits.fallBack, 'neither GPU nor WASM answers')
    const verb = error instanceof DeviceLost ? 'was lost' : 'failed'
    this.#moved(`The GPU ${verb} (${what}); recognition goes on in WASM.`)
  }

  get #limits(): typeof LIMITS_MS {
    return this.#parts.limitsMs ?? LIMITS_MS
  }

  #moved(reason: string): void {
    this.#parts.onMove({ type: 'runtime', provider: this.#live.provider, reason })
  }
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
  return isSpeechError(error) && (error.code === 'invalid-argument' || error.code === 'closed')
}
