import type { Emotion, Language, SoundEvent, SpeechResult } from '@sensevoice-web/engine'

/** Plain names of the model's tags. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  zh: 'Mandarin',
  en: 'English',
  yue: 'Cantonese',
  ja: 'Japanese',
  ko: 'Korean',
  nospeech: 'No speech',
}

export const EMOTION_NAMES: Readonly<Record<Emotion | 'unknown', string>> = {
  neutral: 'Neutral',
  happy: 'Happy',
  sad: 'Sad',
  angry: 'Angry',
  surprised: 'Surprised',
  fearful: 'Fearful',
  disgusted: 'Disgusted',
  unknown: 'Unclear',
}

export const EVENT_NAMES: Readonly<Record<SoundEvent, string>> = {
  speech: 'Speech',
  bgm: 'Music',
  laughter: 'Laughter',
  applause: 'Applause',
  cry: 'Crying',
  sneeze: 'Sneeze',
  breath: 'Breath',
  cough: 'Cough',
  sing: 'Singing',
  'speech-noise': 'Speech and noise',
  gbg: 'Babble',
  unknown: 'Unclear',
}

/** The BCP 47 tag that a screen reader and a font chooser need for text in that language. */
export const LANGUAGE_TAGS: Readonly<Record<Language, string>> = {
  zh: 'zh-Hans',
  en: 'en',
  yue: 'yue-Hant',
  ja: 'ja',
  ko: 'ko',
  nospeech: '',
}

/** The emotion of a result in words; a model that gives most of its probability to "unknown" is not quoted with one of the seven. */
export function emotionName({
  emotion,
  emotionUnknown,
}: Pick<SpeechResult, 'emotion' | 'emotionUnknown'>): string {
  return emotionUnknown >= 0.5 ? 'Emotion unclear' : EMOTION_NAMES[emotion]
}
