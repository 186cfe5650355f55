import type { ProviderVerdict } from '../wire/recognizer-api.ts'
import { verdictFavours } from '../wire/verdict-words.ts'
import { browserVersion } from './browser-version.ts'

/** Grows when a verdict may change: another onnxruntime, another clip, other bounds. */
const VERSION = 2
/** A driver that failed or computed wrongly may have been mended since; pages do not see its version. */
const AGAINST_GPU_MS = 7 * 24 * 60 * 60 * 1000

/** Where verdicts are kept; `localStorage` has this shape. */
export type VerdictStorage = Pick<Storage, 'getItem' | 'setItem'>

/** What a verdict is of. */
export interface MeasuredOn {
  /** What the model is known by before it is opened. */
  readonly model: string
  readonly adapter: string
  /** WASM threads: the more there are, the less a GPU gains. */
  readonly threads: number
}

export interface MemoryParts {
  /** Reading it throws where pages may not store anything. */
  readonly storage?: () => VerdictStorage
  readonly userAgent?: string
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** What was found out about one model on one GPU beside so many threads, over page loads, until the browser is updated. */
export class ProviderMemory {
  readonly #key: string
  readonly #browser: string
  readonly #storage: () => VerdictStorage
  readonly #now: () => number

  constructor({ model, adapter, threads }: MeasuredOn, parts: MemoryParts = {}) {
    this.#key = `sensevoice-web provider ${VERSION} ${adapter} beside ${threads} ${model}`
    this.#browser = browserVersion(parts.userAgent ?? navigator.userAgent)
    this.#storage = parts.storage ?? (() => localStorage)
    this.#now = parts.now ?? Date.now
  }

  recall(): ProviderVerdict | undefined {
    try {
      const text = this.#storage().getItem(this.#key)
      const entry: unknown = text === null ? undefined : JSON.parse(text)
      return isEntry(entry) && this.#holds(entry) ? entry.verdict : undefined
    } catch {
      return undefined
    }
  }

  /** A page that may not store anything compares again at its next load. */
  keep(verdict: ProviderVerdict): void {
    const entry: Entry = { browser: this.#browser, keptMs: this.#now(), verdict }
    try {
      this.#storage().setItem(this.#key, JSON.stringify(entry))
    } catch {
      // Blocked or full.
    }
  }

  #holds({ browser, keptMs, verdict }: Entry): boolean {
    if (browser !== this.#browser) return false
    if (verdictFavours(verdict, 'webgpu') === 'webgpu') return true
    const ageMs = this.#now() - keptMs
    // A clock that was set back would keep it for longer.
    return ageMs >= 0 && ageMs < AGAINST_GPU_MS
  }
}

/** The browser is in the entry and not in the key, so that an update leaves none behind. */
interface Entry {
  readonly browser: string
  /** Milliseconds since 1970. */
  readonly keptMs: number
  readonly verdict: ProviderVerdict
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false
  const entry = value as Record<string, unknown>
  return (
    typeof entry['browser'] === 'string' && typeof entry['keptMs'] === 'number' && isVerdict(entry['verdict'])
  )
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
