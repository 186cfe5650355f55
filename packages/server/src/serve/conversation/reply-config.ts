import {
  type Fallback,
  type OpenAiEndpoint,
  OpenAiLanguageModel,
  OpenAiVoice,
  type OpenAiVoiceEndpoint,
  PromptTemplate,
} from '@sensevoice-web/pipeline'
import type { ConfigReader, OptionName } from '../config-reader.ts'

/** Who answers what was said, and with which voice. Keys stay in here: nothing prints it. */
export interface ReplyConfig {
  readonly languageModel: OpenAiEndpoint
  readonly voice: OpenAiVoiceEndpoint
  /** What the language model is told first of all. */
  readonly system?: string
  /** How an utterance is put to the language model. */
  readonly template?: string
  readonly fallback: Fallback
}

/** All but the one that turns replies on. */
const NAMES: readonly OptionName[] = [
  'llm-model',
  'llm-key',
  'voice-url',
  'voice-model',
  'voice-name',
  'voice-key',
  'prompt-file',
  'reply-fallback',
]
const DEFAULT_VOICE = 'alloy'
/** Between what is said first of all and the template, alone on a line. */
const DIVIDER = /^---[^\S\n]*\r?\n/m

/** @returns undefined without `--llm-url`: nobody is answered */
export function readReplyConfig(reader: ConfigReader): ReplyConfig | undefined {
  const baseUrl = reader.text('llm-url')
  if (baseUrl === undefined) {
    const given = NAMES.filter((name) => reader.text(name) !== undefined)
    if (given.length > 0) reader.fault(`${given.map((name) => `--${name}`).join(', ')}: give --llm-url too`)
    return undefined
  }
  const languageModel = { baseUrl, model: needed(reader, 'llm-model'), ...keyed(reader.text('llm-key')) }
  const voiceUrl = reader.text('voice-url')
  // The key of one endpoint is never shown to another.
  const voiceKey = reader.text('voice-key') ?? (voiceUrl === undefined ? reader.text('llm-key') : undefined)
  const voice = {
    baseUrl: voiceUrl ?? baseUrl,
    model: needed(reader, 'voice-model'),
    voice: reader.text('voice-name') ?? DEFAULT_VOICE,
    ...keyed(voiceKey),
  }
  if (languageModel.model !== '') reader.attempt('llm-url', () => new OpenAiLanguageModel(languageModel))
  if (voice.model !== '') reader.attempt('voice-url', () => new OpenAiVoice(voice))
  return { languageModel, voice, ...readPrompt(reader), fallback: readFallback(reader) }
}

function needed(reader: ConfigReader, name: OptionName): string {
  const value = reader.text(name)?.trim() ?? ''
  if (value === '') reader.fault(`--llm-url needs --${name}`)
  return value
}

function keyed(apiKey: string | undefined): { readonly apiKey?: string } {
  return apiKey === undefined ? {} : { apiKey }
}

function readPrompt(reader: ConfigReader): Pick<ReplyConfig, 'system' | 'template'> {
  const path = reader.text('prompt-file')
  if (path === undefined) return {}
  const [system = '', template] = reader.file('prompt-file', path).toString('utf8').split(DIVIDER)
  const told = system.trim() === '' ? {} : { system: system.trim() }
  if (template === undefined) return told
  reader.attempt('prompt-file', () => new PromptTemplate(template.trim()))
  return { ...told, template: template.trim() }
}

function readFallback(reader: ConfigReader): Fallback {
  const text = reader.text('reply-fallback')?.trim()
  if (text === '') reader.fault('--reply-fallback is a text to be spoken, or silent')
  return text === undefined || text === 'silent' ? { kind: 'silent' } : { kind: 'spoken', text }
}
