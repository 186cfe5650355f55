import { LANGUAGE_CHOICES } from '@sensevoice-web/engine'
import { type Environment, EnvReader, PREFIXES } from './env-reader.ts'
import {
  BACKENDS,
  DEFAULT_RECOGNITION,
  DEVICES,
  type Device,
  isSenseVoice,
  LONGEST_SEGMENT_LIMIT_MS,
  SENSE_VOICE_PROVIDERS,
  SHORTEST_SEGMENT_LIMIT_MS,
  type SttSettings,
} from './stt-settings.ts'

const MOST_PARALLEL = 64
/** As FunASR writes the first GPU. */
const FIRST_GPU = 'cuda:0'

/** Where a provider recognizes. */
type Target = Pick<SttSettings, 'backend' | 'url'>

/**
 * Reads `STT_PROVIDER`, `STT_FALLBACK_PROVIDER`, and under `SENSEVOICE_` or else `FUNASR_`: `BACKEND`, `MODEL_DIR`, `LANGUAGE`, `USE_ITN`,
 * `MAX_SEGMENT_TIME` (ms), `DEVICE`, `PARALLEL`, `USE_EXTERNAL_VAD`, `URL`, `ENDPOINTS` (divided by commas). Empty counts as not set. Where one of
 * `sensevoice` and `funasr` falls back to the other, each has `BACKEND` and `URL` under its own prefix only. Other providers have no fallback here.
 *
 * @param providers names that `STT_PROVIDER` may have
 * @throws SpeechError `invalid-argument` that names every wrong value at once
 */
export function settingsFromEnv(env: Environment, providers: readonly string[]): SttSettings {
  const reader = new EnvReader(env)
  const provider = reader.choiceOf('STT_PROVIDER', providers, 'sensevoice')
  const fallbackProvider = reader.choiceOf('STT_FALLBACK_PROVIDER', providers, undefined)
  const modelDir = reader.text('MODEL_DIR')
  const common = {
    language: reader.choice('LANGUAGE', LANGUAGE_CHOICES, DEFAULT_RECOGNITION.language),
    useItn: reader.flag('USE_ITN', DEFAULT_RECOGNITION.useItn),
    maxSegmentMs: reader.whole(
      'MAX_SEGMENT_TIME',
      'a whole number of ms',
      [SHORTEST_SEGMENT_LIMIT_MS, LONGEST_SEGMENT_LIMIT_MS],
      DEFAULT_RECOGNITION.maxSegmentMs,
    ),
    device: deviceOf(reader),
    ...parallelOf(reader),
    useExternalVad: reader.flag('USE_EXTERNAL_VAD', false),
    endpoints: reader.list('ENDPOINTS'),
    ...(modelDir === undefined ? {} : { modelDir: modelDir.value }),
  }
  const apart = isSenseVoice(provider) && fallbackProvider !== undefined && isSenseVoice(fallbackProvider)
  const settingsOf = (name: string): SttSettings => ({
    provider: name,
    ...common,
    ...targetOf(name, apart ? [ownPrefix(name)] : PREFIXES, reader),
  })
  const settings = settingsOf(provider)
  if (fallbackProvider === undefined) {
    reader.end()
    return settings
  }
  const fallback = settingsOf(fallbackProvider)
  if (!isSenseVoice(provider)) {
    reader.fault(
      `STT_FALLBACK_PROVIDER is for ${SENSE_VOICE_PROVIDERS.join(' and ')}; behind ${provider} use LiveKit's FallbackAdapter`,
    )
  } else if (fallbackProvider === provider) {
    reader.fault(`STT_FALLBACK_PROVIDER is ${provider}, which is STT_PROVIDER already`)
  } else if (apart && isSameTarget(settings, fallback)) {
    const { backend } = settings
    reader.fault(
      `STT_PROVIDER and STT_FALLBACK_PROVIDER are both the backend ${backend}: set FUNASR_URL, or one's own BACKEND`,
    )
  }
  reader.end()
  return { ...settings, fallback }
}

function targetOf(provider: string, prefixes: readonly string[], reader: EnvReader): Target {
  const url = reader.url(prefixes)
  const otherwise = provider === 'funasr' && url !== undefined ? 'funasr' : 'local'
  const backend = reader.choice('BACKEND', BACKENDS, otherwise, prefixes)
  if (needsUrl(backend) && url === undefined) {
    reader.fault(`the backend ${backend} needs ${prefixes[0]}URL, the address of its server`)
  }
  if (backend === 'triton' && reader.list('ENDPOINTS').length === 0) {
    reader.fault('the backend triton needs SENSEVOICE_ENDPOINTS, the addresses of its servers')
  }
  if (backend === 'triton' && reader.text('MODEL_DIR') === undefined) {
    reader.fault('the backend triton needs SENSEVOICE_MODEL_DIR, the model that is served')
  }
  return { backend, ...(url === undefined ? {} : { url }) }
}

function deviceOf(reader: EnvReader): Device {
  const device = reader.choice('DEVICE', [...DEVICES, FIRST_GPU], 'cpu')
  return device === FIRST_GPU ? 'cuda' : device
}

function parallelOf(reader: EnvReader): Pick<SttSettings, 'parallel'> {
  const parallel = reader.whole('PARALLEL', 'a whole number', [1, MOST_PARALLEL], undefined)
  return parallel === undefined ? {} : { parallel }
}

function ownPrefix(provider: string): string {
  return `${provider.toUpperCase()}_`
}

function needsUrl(backend: SttSettings['backend']): boolean {
  return backend === 'companion' || backend === 'funasr'
}

function isSameTarget(one: Target, other: Target): boolean {
  return one.backend === other.backend && (!needsUrl(one.backend) || one.url === other.url)
}
