const LANGUAGES = /** @type {const} */ (['zh', 'en', 'yue', 'ja', 'ko'])

/**
 * What a recognizer told, as the conversation reads it. Recognizers without scores have no findings: nothing is claimed for them.
 *
 * @param {import('@livekit/agents').stt.SpeechData} speech
 * @returns {import('@sensevoice-web/pipeline').Utterance}
 */
export function utteranceOf({ text, language, metadata }) {
  const { emotion, emotionScores, emotionUnknown, eventScores, languageForced, languageScores } =
    /** @type {Partial<import('@sensevoice-web/livekit').SenseVoiceMetadata>} */ (metadata ?? {})
  const known = 1 - (emotionUnknown ?? 0)
  const score = (/** @type {import('@sensevoice-web/livekit').SenseVoiceMetadata['emotion']} */ name) =>
    (emotionScores?.[name] ?? 0) * known
  return {
    text,
    language: LANGUAGES.find((one) => one === language) ?? 'nospeech',
    languageForced: languageForced ?? false,
    ...(languageScores === undefined ? {} : { languageScores }),
    emotion: emotion ?? 'neutral',
    emotionScoresWithUnknown: {
      neutral: score('neutral'),
      happy: score('happy'),
      sad: score('sad'),
      angry: score('angry'),
      surprised: score('surprised'),
      fearful: score('fearful'),
      disgusted: score('disgusted'),
      unknown: emotionScores === undefined ? 1 : (emotionUnknown ?? 0),
    },
    eventScores: eventScores ?? {},
  }
}

/**
 * Utterances that are answered together: all texts, with the findings of the one with most text.
 *
 * @param {readonly [import('@sensevoice-web/pipeline').Utterance, ...import('@sensevoice-web/pipeline').Utterance[]]} utterances
 */
export function joined(utterances) {
  const longest = utterances.reduce((most, one) => (one.text.length > most.text.length ? one : most))
  return { ...longest, text: utterances.map(({ text }) => text).join('\n') }
}
