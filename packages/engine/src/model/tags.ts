/** Languages that SenseVoiceSmall was trained to tell apart. `nospeech` is the model's own word for "nobody speaks". */
export const LANGUAGES = ['zh', 'en', 'yue', 'ja', 'ko', 'nospeech'] as const
export type Language = (typeof LANGUAGES)[number]

/** What a caller may ask for: `auto` lets the model decide, the others force the prompt. */
export type LanguageChoice = 'auto' | Exclude<Language, 'nospeech'>

/** Every `LanguageChoice`. */
export const LANGUAGE_CHOICES = [
  'auto',
  'zh',
  'en',
  'yue',
  'ja',
  'ko',
] as const satisfies readonly LanguageChoice[]

export const EMOTIONS = ['neutral', 'happy', 'sad', 'angry', 'surprised', 'fearful', 'disgusted'] as const
export type Emotion = (typeof EMOTIONS)[number]

/** Sound events by the model's token names; a model may know only some of them. */
export const SOUND_EVENTS = [
  'speech',
  'bgm',
  'laughter',
  'applause',
  'cry',
  'sneeze',
  'breath',
  'cough',
  'sing',
  'speech-noise',
  'gbg',
  'unknown',
] as const
export type SoundEvent = (typeof SOUND_EVENTS)[number]

/** The model's token name of each tag; ids are looked up by these names in tokens.txt, never by number. */
export const TAG_TOKENS = {
  language: {
    zh: '<|zh|>',
    en: '<|en|>',
    yue: '<|yue|>',
    ja: '<|ja|>',
    ko: '<|ko|>',
    nospeech: '<|nospeech|>',
  },
  emotion: {
    neutral: '<|NEUTRAL|>',
    happy: '<|HAPPY|>',
    sad: '<|SAD|>',
    angry: '<|ANGRY|>',
    surprised: '<|SURPRISED|>',
    fearful: '<|FEARFUL|>',
    disgusted: '<|DISGUSTED|>',
    other: '<|OTHER|>',
    unknown: '<|EMO_UNKNOWN|>',
  },
  event: {
    speech: '<|Speech|>',
    bgm: '<|BGM|>',
    laughter: '<|Laughter|>',
    applause: '<|Applause|>',
    cry: '<|Cry|>',
    sneeze: '<|Sneeze|>',
    breath: '<|Breath|>',
    cough: '<|Cough|>',
    sing: '<|Sing|>',
    'speech-noise': '<|Speech_Noise|>',
    gbg: '<|GBG|>',
    unknown: '<|Event_UNK|>',
  },
  textNorm: { 'with-itn': '<|withitn|>', 'without-itn': '<|woitn|>' },
} as const

/** One tag group of a concrete vocabulary: `ids[i]` is the token id of `names[i]`; only tags the vocabulary holds. */
export interface TagGroup<Name extends string> {
  readonly names: readonly Name[]
  readonly ids: Int32Array
}

export type EmotionTag = Emotion | 'other' | 'unknown'
export type TextNormTag = 'with-itn' | 'without-itn'

/** The four tag groups, in the order of the model's tag frames 0..3. */
export interface TagIds {
  readonly language: TagGroup<Language>
  readonly emotion: TagGroup<EmotionTag>
  readonly event: TagGroup<SoundEvent>
  readonly textNorm: TagGroup<TextNormTag>
}
