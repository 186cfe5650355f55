import type { stt, VAD } from '@livekit/agents'
import { SpeechError } from '@sensevoice-web/engine'
import type { BackendSource } from './backend.ts'
import { otherSttBackend } from './backends/other-stt.ts'
import type { Environment } from './env-reader.ts'
import { backendOf, type ProviderContext, provideStt, senseVoice, sttProviders } from './providers.ts'
import { settingsFromEnv } from './settings-from-env.ts'
import { isSenseVoice } from './stt-settings.ts'

export interface FromEnvOptions {
  /** Default `process.env`. */
  readonly env?: Environment
  /** What `FUNASR_USE_EXTERNAL_VAD=true` takes: `await silero.VAD.load()`. */
  readonly vad?: VAD
}

/**
 * The STT that the environment names: see `settingsFromEnv` for the variables. With `STT_FALLBACK_PROVIDER` that one takes over utterances for which
 * SenseVoice fails, as when its model cannot be loaded; it is closed with the first.
 *
 * @throws SpeechError `invalid-argument` that names every wrong value at once
 */
export function createSttFromEnv({ env = process.env, vad }: FromEnvOptions = {}): stt.STT {
  const settings = settingsFromEnv(env, sttProviders())
  const { provider, fallback, useExternalVad } = settings
  if (useExternalVad && vad === undefined) {
    throw new SpeechError(
      'invalid-argument',
      'the environment asks for an external VAD, but none was given',
      {
        hint: 'Give one: createSttFromEnv({ vad: await silero.VAD.load() }); or leave FUNASR_USE_EXTERNAL_VAD out.',
      },
    )
  }
  const given = useExternalVad && vad !== undefined ? { vad } : {}
  if (!isSenseVoice(provider)) return provideStt(provider, { settings, ...given })
  const fallbacks = fallback === undefined ? [] : [fallbackOf({ settings: fallback, ...given })]
  return senseVoice({ settings, ...given }, fallbacks)
}

function fallbackOf(context: ProviderContext): BackendSource {
  const { settings } = context
  if (isSenseVoice(settings.provider)) return backendOf(settings)
  const other = provideStt(settings.provider, context)
  return { ...otherSttBackend(other), dispose: () => other.close() }
}
