import { SpeechError } from '@sensevoice-web/engine'
import OpenAI from 'openai'

/** An endpoint that speaks OpenAI's API, whoever runs it. For servers only: a page must never hold the key. */
export interface OpenAiEndpoint {
  /** Up to and with the version, such as `https://llm.example/v1`. */
  readonly baseUrl: string
  /** Left out for endpoints without keys. Never shows in errors, events or logs. */
  readonly apiKey?: string
  readonly model: string
  /** Further fields of every request, such as `temperature`. */
  readonly request?: Readonly<Record<string, unknown>>
  /** How often a request that failed before its first byte is sent again, 0 to 5. Default 1. */
  readonly retries?: number
}

/** Stands where a key would: the client insists on one. */
const NO_KEY = 'no-key'

/** @throws SpeechError `invalid-argument` for an address, key or count that cannot be used, `not-supported` in a page */
export function openAiClient({ baseUrl, apiKey = NO_KEY, model, retries = 1 }: OpenAiEndpoint): OpenAI {
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
    throw new SpeechError('invalid-argument', 'the address of the endpoint is no http(s) address', {
      hint: 'Write it like https://llm.example/v1.',
    })
  }
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new SpeechError(
      'invalid-argument',
      'the key of the endpoint is empty or has characters that no header can carry',
      {
        hint: 'Look for a space or a line end in it.',
      },
    )
  }
  if (model.trim() === '') throw new SpeechError('invalid-argument', 'the endpoint needs the name of a model')
  if (!Number.isSafeInteger(retries) || retries < 0 || retries > 5) {
    throw new SpeechError('invalid-argument', `retries must be a whole number in [0, 5], got ${retries}`)
  }
  try {
    return new OpenAI({
      baseURL: baseUrl,
      apiKey,
      maxRetries: retries,
      // Else the client takes what it finds in the environment: a stranger's account, or logs with the conversation in them.
      organization: null,
      project: null,
      logLevel: 'off',
    })
  } catch (error) {
    throw new SpeechError('not-supported', 'the client for the endpoint cannot run here', {
      hint: 'Use it on a server: in a page everybody could read the key.',
      cause: error,
    })
  }
}
