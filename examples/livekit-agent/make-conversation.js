import { Conversation, OpenAiLanguageModel, OpenAiVoice } from '@sensevoice-web/pipeline'

const NEEDED = ['LLM_URL', 'LLM_MODEL', 'VOICE_URL', 'VOICE_MODEL', 'VOICE_NAME']

/**
 * What answers in the room, by the settings of the environment; `undefined` where none of them is set: then the agent only writes down.
 *
 * @param {Readonly<Record<string, string | undefined>>} env
 * @throws {Error} that names what is missing when only some are set; SpeechError `invalid-argument` for an address or a key that cannot be used
 */
export function makeConversation(env = process.env) {
  const given = (/** @type {string} */ name) => env[name]?.trim() ?? ''
  const missing = NEEDED.filter((name) => given(name) === '')
  if (missing.length === NEEDED.length) return undefined
  if (missing.length > 0) {
    throw new Error(
      `An agent that answers needs ${missing.join(', ')} too. Set all of ${NEEDED.join(', ')}, or none.`,
    )
  }
  const system = given('LLM_SYSTEM')
  const fallback = given('FALLBACK_TEXT')
  return new Conversation({
    model: new OpenAiLanguageModel({
      baseUrl: given('LLM_URL'),
      model: given('LLM_MODEL'),
      ...keyed(given('LLM_KEY')),
    }),
    voice: new OpenAiVoice({
      baseUrl: given('VOICE_URL'),
      model: given('VOICE_MODEL'),
      voice: given('VOICE_NAME'),
      ...keyed(given('VOICE_KEY')),
    }),
    ...(system === '' ? {} : { system }),
    fallback: fallback === '' ? { kind: 'silent' } : { kind: 'spoken', text: fallback },
  })
}

/** @param {string} apiKey */
function keyed(apiKey) {
  return apiKey === '' ? {} : { apiKey }
}
