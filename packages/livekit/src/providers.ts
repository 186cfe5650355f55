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
}

/** Makes an STT that is not SenseVoice by the settings and by variables of its own. */
export type SttProvider = (context: ProviderContext) => stt.STT

/** Those that were registered. */
const providers = new Map<string, SttProvider>()

/**
 * Makes `STT_PROVIDER=name` and `STT_FALLBACK_PROVIDER=name` mean something: `registerSttProvider('deepgram', () => new deepgram.STT())`.
 *
 * @throws SpeechError `invalid-argument` for a name that is taken
 */
export function registerSttProvider(name: string, provider: SttProvider): void {
  if (sttProviders().includes(name)) {
    throw new SpeechError('invalid-argument', `there is an STT provider ${name} already`)
  }
  providers.set(name, provider)
}

/** Names of all providers. */
export function sttProviders(): readonly string[] {
  return [...SENSE_VOICE_PROVIDERS, ...providers.keys()]
}

/** @throws SpeechError `invalid-argument` for a name that nobody registered; what the registered provider throws */
export function provideStt(name: string, context: ProviderContext): stt.STT {
  const provider = providers.get(name)
  if (provider === undefined) throw new SpeechError('invalid-argument', `there is no STT provider ${name}`)
  return provider(context)
}

/** @param fallbacks what takes over when the backend of the settings fails */
export function senseVoice({ settings, vad }: ProviderContext, fallbacks: readonly BackendSource[]): STT {
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
