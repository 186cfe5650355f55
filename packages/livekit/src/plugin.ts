import { createRequire } from 'node:module'
import { Plugin } from '@livekit/agents'
import { fetchedModel } from './backends/fetched-model.ts'

const PACKAGE = '@sensevoice-web/livekit'

/** Tells LiveKit that the plugin is there, and fetches the model that the environment names (`agent.js download-files`). */
class SenseVoicePlugin extends Plugin {
  constructor() {
    const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string }
    super({ title: 'sensevoice', version, package: PACKAGE })
  }

  override async downloadFiles(): Promise<void> {
    const model = process.env['SENSEVOICE_MODEL_DIR'] || process.env['FUNASR_MODEL_DIR']
    if (model) await fetchedModel(model)
  }
}

/** Once, however often the module is loaded under different names. */
export function registerPlugin(): void {
  if (Plugin.registeredPlugins.some((plugin) => plugin.package === PACKAGE)) return
  Plugin.registerPlugin(new SenseVoicePlugin())
}
