import { DEFAULT_VAD_MODEL, VoiceProbes } from '@sensevoice-web/server'
import { type Shared, SharedResources } from '../shared-resource.ts'

/** One Silero network a process and file, for all streams of all STTs. */
const networks = new SharedResources<VoiceProbes>((probes) => probes.dispose())

/** @param path Silero VAD v5 or v6; default the v6 file of the server package */
export function useVoice(path = DEFAULT_VAD_MODEL): Promise<Shared<VoiceProbes>> {
  return networks.use(path, async () => new VoiceProbes(path))
}
