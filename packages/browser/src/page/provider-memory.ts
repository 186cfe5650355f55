import type { ProviderVerdict } from '../wire/recognizer-api.ts'

/** Grows when a verdict may change: another onnxruntime, another clip, other bounds. */
const VERSION = 1

/** Where verdicts are kept; `localStorage` has this shape. */
export type VerdictStorage = Pick<Storage, 'getItem' | 'setItem'>

/** What was found out about one model on one GPU, over page loads. */
export class ProviderMemory {
  readonly #key: string
  readonly #storage: () => VerdictStorage

  /**
   * @param model what the model is known by before it is opened
   * @param storage reading it throws where pages may not store anything
   */
  constructor(model: string, adapter: string, storage: () => VerdictStorage = () => localStorage) {
    this.#key = `sensevoice-web provider ${VERSION} ${adapter} ${model}`
    this.#storage = storage
  }

  recall(): ProviderVerdict | undefined {
    try {
      const text = this.#storage().getItem(this.#key)
      const verdict: unknown = text === null ? undefined : JSON.parse(text)
      return isVerdict(verdict) ? verdict : undefined
    } catch {
      return undefined
    }
  }

  /** A page that may not store anything compares again at its next load. */
  keep(verdict: ProviderVerdict): void {
    try {
      this.#storage().setItem(this.#key, JSON.stringify(verdict))
    } catch {
      // Blocked or full.
    }
  }
}

function isVerdict(value: unknown): value is ProviderVerdict {
  if (typeof value !== 'object' || value === null) return false
  const verdict = value as Record<string, unknown>
  if (typeof verdict['model'] !== 'string') return false
  if (verdict['type'] === 'failed') return typeof verdict['reason'] === 'string'
  return (
    verdict['type'] === 'compared' &&
    typeof verdict['agrees'] === 'boolean' &&
    ['agreement', 'webgpuMs', 'wasmMs'].every((name) => typeof verdict[name] === 'number')
  )
}
