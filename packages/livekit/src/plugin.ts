import { createRequire } from 'node:module'
import { Plugin } from '@livekit/agents'

const PACKAGE = '@sensevoice-web/livekit'

/** Tells LiveKit that the plugin is there. Models are fetched by `sensevoice model fetch`, never behind one's back. */
class SenseVoicePlugin extends Plugin {
  constructor() {
    const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string }
    super({ title: 'sensevoice', version, package: PACKAGE })
  }
}

/** Once, however often the module is loaded under different names. */
export function registerPlugin(): void {
  if (Plugin.registeredPlugins.some((plugin) => plugin.package === PACKAGE)) return
  Plugin.registerPlugin(new SenseVoicePlugin())
}
