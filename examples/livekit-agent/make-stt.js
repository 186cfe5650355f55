import { inference } from '@livekit/agents'

/**
 * The one place where the speech recognizer of this agent is made: by `createSttFromEnv()` of the module that `AGENT_STT_MODULE` names,
 * a package or a file's URL. Default: `@sensevoice-web/livekit`. It is given LiveKit's own Silero, for an environment that asks for an external VAD.
 *
 * @returns {Promise<import('@livekit/agents').stt.STT>} which loads nothing before it is used
 * @throws {Error} that names what is wrong in the environment
 */
export async function makeStt() {
  const name = process.env['AGENT_STT_MODULE'] || '@sensevoice-web/livekit'
  const { createSttFromEnv } = await import(name)
  if (typeof createSttFromEnv !== 'function') {
    throw new Error(`${name} has no createSttFromEnv(); AGENT_STT_MODULE must name a module that has.`)
  }
  return createSttFromEnv({ vad: new inference.VAD() })
}
