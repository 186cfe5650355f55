import { LANGUAGE_CHOICES, SpeechError } from '@sensevoice-web/engine'
import {
  BACKENDS,
  DEFAULT_RECOGNITION,
  DEVICES,
  LONGEST_SEGMENT_LIMIT_MS,
  SHORTEST_SEGMENT_LIMIT_MS,
  type SttSettings,
} from './stt-settings.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Of two variables of the same end, the first counts. */
const PREFIXES = ['SENSEVOICE_', 'FUNASR_']
const YES = ['1', 'true', 'yes', 'on']
const NO = ['0', 'false', 'no', 'off']

/**
 * Reads `STT_PROVIDER`, `STT_FALLBACK_PROVIDER`, and under `SENSEVOICE_` or else `FUNASR_`: `BACKEND`, `MODEL_DIR`, `LANGUAGE`, `USE_ITN`,
 * `MAX_SEGMENT_TIME` (ms), `DEVICE`, `USE_EXTERNAL_VAD`, `URL`, `ENDPOINTS` (divided by commas). Empty counts as not set.
 *
 * @param providers names that `STT_PROVIDER` may have
 * @throws SpeechError `invalid-argument` that names every wrong value at once
 */
export function settingsFromEnv(env: Environment, providers: readonly string[]): SttSettings {
  const reader = new EnvReader(env)
  const provider = reader.choiceOf('STT_PROVIDER', providers, 'sensevoice')
  const fallbackProvider = reader.choiceOf('STT_FALLBACK_PROVIDER', providers, undefined)
  const url = reader.url()
  const otherwise = provider === 'funasr' && url !== undefined ? 'funasr' : 'local'
  const backend = reader.choice('BACKEND', BACKENDS, otherwise)
  const modelDir = reader.text('MODEL_DIR')
  const endpoints = reader.list('ENDPOINTS')
  const settings: SttSettings = {
    provider,
    backend,
    language: reader.choice('LANGUAGE', LANGUAGE_CHOICES, DEFAULT_RECOGNITION.language),
    useItn: reader.flag('USE_ITN', DEFAULT_RECOGNITION.useItn),
    maxSegmentMs: reader.wholeMs(
      'MAX_SEGMENT_TIME',
      [SHORTEST_SEGMENT_LIMIT_MS, LONGEST_SEGMENT_LIMIT_MS],
      DEFAULT_RECOGNITION.maxSegmentMs,
    ),
    device: reader.choice('DEVICE', DEVICES, 'cpu'),
    useExternalVad: reader.flag('USE_EXTERNAL_VAD', false),
    endpoints,
    ...(modelDir === undefined ? {} : { modelDir: modelDir.value }),
    ...(url === undefined ? {} : { url }),
    ...(fallbackProvider === undefined ? {} : { fallbackProvider }),
  }
  if ((backend === 'companion' || backend === 'funasr') && url === undefined) {
    reader.fault(`the backend ${backend} needs SENSEVOICE_URL, the address of its server`)
  }
  if (backend === 'triton' && endpoints.length === 0) {
    reader.fault('the backend triton needs SENSEVOICE_ENDPOINTS, the addresses of its servers')
  }
  if (backend === 'triton' && modelDir === undefined) {
    reader.fault('the backend triton needs SENSEVOICE_MODEL_DIR, the model that is served')
  }
  if (fallbackProvider !== undefined && fallbackProvider === provider) {
    reader.fault(`STT_FALLBACK_PROVIDER is ${provider}, which is STT_PROVIDER already`)
  }
  reader.end()
  return settings
}

class EnvReader {
  readonly #env: Environment
  readonly #faults: string[] = []

  constructor(env: Environment) {
    this.#env = env
  }

  fault(what: string): void {
    this.#faults.push(what)
  }

  /** @throws SpeechError with every fault that was met */
  end(): void {
    if (this.#faults.length === 0) return
    throw new SpeechError('invalid-argument', `the environment: ${this.#faults.join('; ')}`, {
      hint: 'Correct these variables, or remove them for their defaults.',
    })
  }

  text(end: string): { readonly name: string; readonly value: string } | undefined {
    for (const prefix of PREFIXES) {
      const value = this.#env[prefix + end]?.trim()
      if (value !== undefined && value !== '') return { name: prefix + end, value }
    }
    return undefined
  }

  list(end: string): readonly string[] {
    const parts = this.text(end)?.value.split(',') ?? []
    return parts.map((part) => part.trim()).filter((part) => part !== '')
  }

  choiceOf<Otherwise extends string | undefined>(
    name: string,
    choices: readonly string[],
    otherwise: Otherwise,
  ): string | Otherwise {
    const value = this.#env[name]?.trim()
    if (value === undefined || value === '') return otherwise
    if (!choices.includes(value)) {
      this.fault(`${name} must be one of ${choices.join(', ')}, got "${value}"`)
      return otherwise
    }
    return value
  }

  choice<Choice extends string>(end: string, choices: readonly Choice[], otherwise: Choice): Choice {
    const found = this.text(end)
    if (found === undefined) return otherwise
    const choice = choices.find((one) => one === found.value.toLowerCase())
    if (choice === undefined) {
      this.fault(`${found.name} must be one of ${choices.join(', ')}, got "${found.value}"`)
    }
    return choice ?? otherwise
  }

  flag(end: string, otherwise: boolean): boolean {
    const found = this.text(end)
    if (found === undefined) return otherwise
    const value = found.value.toLowerCase()
    if (YES.includes(value)) return true
    if (!NO.includes(value)) this.fault(`${found.name} must be true or false, got "${found.value}"`)
    return false
  }

  wholeMs(end: string, [least, most]: readonly [number, number], otherwise: number): number {
    const found = this.text(end)
    if (found === undefined) return otherwise
    const value = Number(found.value)
    if (/^\d+$/.test(found.value) && value >= least && value <= most) return value
    this.fault(`${found.name} must be a whole number of ms from ${least} to ${most}, got "${found.value}"`)
    return otherwise
  }

  url(): string | undefined {
    const found = this.text('URL')
    if (found === undefined) return undefined
    const parsed = URL.canParse(found.value) ? new URL(found.value) : undefined
    if (parsed?.protocol === 'ws:' || parsed?.protocol === 'wss:') return found.value
    this.fault(`${found.name} must be an address that begins with ws:// or wss://`)
    return undefined
  }
}
