import { inference } from '@livekit/agents'

/**
 * The one place where the speech recognizer of this agent is made: by `createSttFromEnv()` of the module that `AGENT_STT_MODULE` names,
 * a package or a file's URL. Default: `@sensevoice-web/livekit`. When the environment asks for an external VAD it is given LiveKit's own Silero.
 *
 * @returns {Promise<import('@livekit/agents').stt.STT>}
 */
export async function makeStt() {
  const name = process.env['AGENT_STT_MODULE'] || '@sensevoice-web/livekit'
  const { createSttFromEnv } = await import(name)
  if (typeof createSttFromEnv !== 'function') {
    throw new Error(`${name} has no createSttFromEnv(); AGENT_STT_MODULE must name a module that has.`)
  }
  return createSttFromEnv(wantsExternalVad(process.env) ? { vad: new inference.VAD() } : {})
}

/** @param {NodeJS.ProcessEnv} env */
function wantsExternalVad(env) {
  const names = ['SENSEVOICE_USE_EXTERNAL_VAD', 'FUNASR_USE_EXTERNAL_VAD']
  return names.some((name) => env[name]?.trim().toLowerCase() === 'true')
}
