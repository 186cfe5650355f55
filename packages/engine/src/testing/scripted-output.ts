import type { AcousticOutput } from '../model/ports.ts'
import type { EmotionTag, Language, SoundEvent, TagGroup, TagIds, TextNormTag } from '../model/tags.ts'

/** What a scripted model pretends to have heard. */
export interface ScriptedSpeech {
  /** Speech frames, 60 ms each. */
  readonly frames: number
  /** Runs of one token; frames that none covers are blank with probability 1. Default none. */
  readonly tokens?: readonly {
    readonly id: number
    readonly frame: number
    /** Default 1. */
    readonly frames?: number
    /** In (0, 1], default 1. */
    readonly probability?: number
  }[]
  /** Default 0. */
  readonly blank?: number
  /** Weights by tag name, made to sum to 1; tags not named weigh 0. Default: all on English, neutral, speech, with ITN. */
  readonly language?: Partial<Record<Language, number>>
  readonly emotion?: Partial<Record<EmotionTag, number>>
  readonly event?: Partial<Record<SoundEvent, number>>
  readonly textNorm?: Partial<Record<TextNormTag, number>>
}

/** The `AcousticOutput` a model with these tags would give for that speech. */
export function scriptedOutput(tags: TagIds, speech: ScriptedSpeech): AcousticOutput {
  const tokenIds = new Int32Array(speech.frames).fill(speech.blank ?? 0)
  const tokenProbabilities = new Float32Array(speech.frames).fill(1)
  for (const { id, frame, frames = 1, probability = 1 } of speech.tokens ?? []) {
    tokenIds.fill(id, frame, frame + frames)
    tokenProbabilities.fill(probability, frame, frame + frames)
  }
  return {
    tokenIds,
    tokenProbabilities,
    tags: {
      language: weights(tags.language, speech.language ?? { en: 1 }),
      emotion: weights(tags.emotion, speech.emotion ?? { neutral: 1 }),
      event: weights(tags.event, speech.event ?? { speech: 1 }),
      textNorm: weights(tags.textNorm, speech.textNorm ?? { 'with-itn': 1 }),
    },
  }
}

function weights<Name extends string>(
  group: TagGroup<Name>,
  byName: Partial<Record<Name, number>>,
): Float32Array {
  const values = group.names.map((name) => byName[name] ?? 0)
  const total = values.reduce((sum, value) => sum + value, 0)
  return Float32Array.from(values, (value) => value / total)
}
