import { SpeechError } from '../errors.ts'
import {
  EMOTIONS,
  LANGUAGES,
  type Language,
  TAG_TOKENS,
  type TagGroup,
  type TagIds,
  type TextNormTag,
} from '../model/tags.ts'
import type { Vocabulary } from './vocabulary.ts'

/**
 * Looks up the tags of a vocabulary by name. Tags that only some models know (most sound events, `<|OTHER|>`) may be missing; the seven
 * emotions, unknown emotion, speech, both text norms and the languages asked for may not.
 *
 * @param languages languages the model must tell apart, as its manifest lists them; default all six
 * @throws SpeechError `model-unsupported` naming every missing tag: the file is not a SenseVoice vocabulary with tags
 */
export function findTags(vocabulary: Vocabulary, languages: readonly Language[] = LANGUAGES): TagIds {
  const missing = [
    ...languages.map((language) => TAG_TOKENS.language[language]),
    ...EMOTIONS.map((emotion) => TAG_TOKENS.emotion[emotion]),
    TAG_TOKENS.emotion.unknown,
    TAG_TOKENS.event.speech,
    ...Object.values(TAG_TOKENS.textNorm),
  ].filter((token) => vocabulary.idOf(token) === undefined)
  if (missing.length > 0) {
    throw new SpeechError('model-unsupported', `the vocabulary has no ${missing.join(', ')}`, {
      hint: 'Use a SenseVoiceSmall model with language, emotion and event tags; exports named "funasr-nano" have none.',
    })
  }
  return {
    language: group(vocabulary, TAG_TOKENS.language),
    emotion: group(vocabulary, TAG_TOKENS.emotion),
    event: group(vocabulary, TAG_TOKENS.event),
    textNorm: group<TextNormTag>(vocabulary, TAG_TOKENS.textNorm),
  }
}

function group<Name extends string>(
  vocabulary: Vocabulary,
  tokens: Readonly<Record<Name, string>>,
): TagGroup<Name> {
  const names: Name[] = []
  const ids: number[] = []
  for (const name in tokens) {
    const id = vocabulary.idOf(tokens[name])
    if (id === undefined) continue
    names.push(name)
    ids.push(id)
  }
  return { names, ids: Int32Array.from(ids) }
}
