import { EMOTIONS, type Emotion, LANGUAGES, type SoundEvent, TAG_TOKENS } from '@sensevoice-web/engine'

/** What SenseVoice wrote into its text as tags. */
export interface TaggedText {
  /** Without tags. */
  readonly text: string
  /** Of the first stretch; empty when there is no tag of it. */
  readonly language: string
  readonly emotion?: Emotion
  readonly event?: SoundEvent
}

const TAG = /<\s*\|\s*([^|<>]*?)\s*\|\s*>/g
const LANGUAGE_BY_TAG = byTag(TAG_TOKENS.language)
const EMOTION_BY_TAG = byTag(TAG_TOKENS.emotion)
const EVENT_BY_TAG = byTag(TAG_TOKENS.event)

/**
 * Takes the tags out of a text as `<|zh|><|NEUTRAL|><|Speech|><|withitn|>你好。`; a text of several stretches has tags before each. Of every kind the first that says
 * something counts. Case and blanks within a tag do not matter: punctuation models put some in.
 */
export function readTags(tagged: string): TaggedText {
  const found: { language?: string; emotion?: Emotion; event?: SoundEvent } = {}
  for (const [, name = ''] of tagged.matchAll(TAG)) {
    const tag = name.toLowerCase()
    const language = LANGUAGE_BY_TAG.get(tag)
    if (language !== undefined && language !== 'nospeech') found.language ??= language
    const emotion = EMOTIONS.find((one) => one === EMOTION_BY_TAG.get(tag))
    if (emotion !== undefined) found.emotion ??= emotion
    const event = EVENT_BY_TAG.get(tag)
    if (event !== undefined && event !== 'unknown') found.event ??= event
  }
  const text = tagged.replaceAll(TAG, ' ').replaceAll(/\s+/g, ' ').trim()
  const { emotion, event } = found
  return {
    text,
    language: LANGUAGES.find((one) => one === found.language) ?? '',
    ...(emotion === undefined ? {} : { emotion }),
    ...(event === undefined ? {} : { event }),
  }
}

function byTag<Name extends string>(tokens: Readonly<Record<Name, string>>): ReadonlyMap<string, Name> {
  const names = Object.entries(tokens) as [Name, string][]
  return new Map(names.map(([name, token]) => [token.slice(2, -2).toLowerCase(), name]))
}
