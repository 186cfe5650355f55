import type { stt, VAD } from '@livekit/agents'
import { SpeechError } from '@sensevoice-web/engine'
import type { BackendSource } from './backend.ts'
import { companionBackend } from './backends/companion.ts'
import { funasrBackend } from './backends/funasr.ts'
import { localBackend } from './backends/local.ts'
import { tritonBackend } from './backends/triton.ts'
import { STT } from './sense-voice-stt.ts'
import { SENSE_VOICE_PROVIDERS, type SttSettings } from './stt-settings.ts'

/** What a provider makes its STT of. */
export interface ProviderContext {
  readonly settings: SttSettings
  /** Given when `useExternalVad` is set. */
  readonly vad?: VAD
  /** What takes over when the provider's own backends fail. */
  readonly fallbacks: readonly BackendSource[]
}

/** Makes an STT by the settings; a provider that is not SenseVoice may read variables of its own. */
export type SttProvider = (context: ProviderContext) => stt.STT

const providers = new Map<string, SttProvider>(SENSE_VOICE_PROVIDERS.map((name) => [name, senseVoice]))

/**
 * Makes `STT_PROVIDER=name` and `STT_FALLBACK_PROVIDER=name` mean something: `registerSttProvider('deepgram', () => new deepgram.STT())`.
 *
 * @throws SpeechError `invalid-argument` for a name that is taken
 */
export function registerSttProvider(name: string, provider: SttProvider): void {
  if (providers.has(name))
    throw new SpeechError('invalid-argument', `there is an STT provider ${name} already`)
  providers.set(name, provider)
}

/** Names of all providers. */
export function sttProviders(): readonly string[] {
  return [...providers.keys()]
}

/** @throws SpeechError `invalid-argument` for a name that nobody registered; what the provider throws */
export function provideStt(name: string, context: ProviderContext): stt.STT {
  const provider = providers.get(name)
  if (provider === undefined) throw new SpeechError('invalid-argument', `there is no STT provider ${name}`)
  return provider(context)
}

function senseVoice({ settings, vad, fallbacks }: ProviderContext): STT {
  const { language, useItn, maxSegmentMs } = settings
  return new STT({
    backend: backendOf(settings),
    fallbacks,
    language,
    useItn,
    maxSegmentMs,
    ...(vad === undefined ? {} : { vad }),
  })
}

/** What recognizes for `sensevoice` and `funasr`. */
export function backendOf(settings: SttSettings): BackendSource {
  const { backend, modelDir, device, parallel, url = '', endpoints } = settings
  switch (backend) {
    case 'local':
      return localBackend({
        device,
        ...(modelDir === undefined ? {} : { model: modelDir }),
        ...(parallel === undefined ? {} : { parallel }),
      })
    case 'companion':
      return companionBackend({ url })
    case 'triton':
      return tritonBackend({ model: modelDir ?? '', endpoints })
    case 'funasr':
      return funasrBackend({ url })
  }
}
