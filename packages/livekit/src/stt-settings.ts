import type { LanguageChoice } from '@sensevoice-web/engine'

/** What recognizes. */
export const BACKENDS = ['local', 'companion', 'triton', 'funasr'] as const
export type BackendName = (typeof BACKENDS)[number]

/** Names of `STT_PROVIDER` that are this plugin's own STT. */
export const SENSE_VOICE_PROVIDERS: readonly string[] = ['sensevoice', 'funasr']

export function isSenseVoice(provider: string): boolean {
  return SENSE_VOICE_PROVIDERS.includes(provider)
}

/** What the local model runs on. */
export const DEVICES = ['cpu', 'cuda'] as const
export type Device = (typeof DEVICES)[number]

export const SHORTEST_SEGMENT_LIMIT_MS = 1000
export const LONGEST_SEGMENT_LIMIT_MS = 60_000

/** What can be changed while streams run: it takes effect with the next recognition and the next 32 ms of sound. */
export interface RecognitionSettings {
  /** Default `auto`: the model decides. */
  readonly language: LanguageChoice
  /** Punctuation and numbers as digits. Default true. */
  readonly useItn: boolean
  /** Longer speech is cut, at its quietest place from half of this on. 1000 to 60000, default 30000. */
  readonly maxSegmentMs: number
}

/** Everything that `createSttFromEnv` reads. */
export interface SttSettings extends RecognitionSettings {
  /** `sensevoice`, `funasr`, or the name of a registered provider. */
  readonly provider: string
  readonly backend: BackendName
  /** Folder, or name of a stored model. Absent: the embedded tiny one. */
  readonly modelDir?: string
  readonly device: Device
  /** Recognitions at once of the local model, each with a copy of it. Absent: the default of `localBackend`. */
  readonly parallel?: number
  readonly useExternalVad: boolean
  /** Of the companion (`ws://host:8790/ws/{id}`) or the FunASR runtime (`ws://host:10095`). */
  readonly url?: string
  /** Of the Triton servers, `http://host:8000` each. */
  readonly endpoints: readonly string[]
  /** Of `sensevoice` and `funasr`: what takes over what the backend cannot answer, the same with the provider, backend and url of `STT_FALLBACK_PROVIDER`. */
  readonly fallback?: SttSettings
}

export const DEFAULT_RECOGNITION: RecognitionSettings = {
  language: 'auto',
  useItn: true,
  maxSegmentMs: 30_000,
}
