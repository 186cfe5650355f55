import { type FrontEndFacts, LANGUAGES, type PromptIds, SpeechError } from '@sensevoice-web/engine'
import type { ModelFacts } from './model-facts.ts'

const MODEL_TYPE = 'sense_voice_ctc'

/** A Cantonese fine-tune under nearly the same name as the published model, without punctuation and ITN; its metadata name its origin. */
const CANTONESE_FINE_TUNE = 'WSYue-ASR'

/** "funasr-nano" exports call themselves SenseVoice too, but have neither tags nor prompts. */
const NANO = /(?:^|[^a-z])nano(?:[^a-z]|$)/i

/** The features SenseVoice was trained on; the exporters write down only what their runtimes let vary. */
const FIXED_FRONT_END = { sampleRate: 16_000, melBins: 80, frameLengthMs: 25, frameShiftMs: 10 } as const

/**
 * Facts of a sherpa-onnx export from its `metadata_props`.
 *
 * @throws SpeechError `model-unsupported` when they are those of another kind of model or there are none, `model-corrupt` when a value is
 *   missing or out of shape
 */
export function factsFromMetadata(props: ReadonlyMap<string, string>): ModelFacts {
  const type = props.get('model_type')
  if ([...props.values()].some((value) => value.length < 1000 && NANO.test(value))) {
    throw new SpeechError(
      'model-unsupported',
      'the model is a "funasr-nano" export, which has no language, emotion and event tags',
      { hint: 'Use the SenseVoiceSmall export of 2024-07-17.' },
    )
  }
  if (type !== MODEL_TYPE) {
    throw new SpeechError(
      'model-unsupported',
      type === undefined
        ? 'the model file carries no metadata of a SenseVoice model'
        : `the model is of type ${type}, not SenseVoice (${MODEL_TYPE})`,
      {
        hint: 'A FunASR export needs its am.mvn (cmvn) or a manifest.json; the sherpa-onnx export of SenseVoiceSmall needs neither.',
      },
    )
  }
  if ([...props.values()].some((value) => value.includes(CANTONESE_FINE_TUNE))) {
    throw new SpeechError(
      'model-unsupported',
      'the model is the Cantonese fine-tune of 2025-09-09, which has no punctuation and no ITN',
      { hint: 'Use the SenseVoiceSmall export of 2024-07-17.' },
    )
  }
  const frontend = frontEnd(props)
  return {
    flavour: 'sherpa',
    vocabularySize: whole(props, 'vocab_size'),
    languages: LANGUAGES.filter((language) => props.has(`lang_${language}`)),
    frontend,
    ids: promptIds(props),
  }
}

function frontEnd(props: ReadonlyMap<string, string>): FrontEndFacts {
  const lfrWindowSize = whole(props, 'lfr_window_size')
  const dimension = FIXED_FRONT_END.melBins * lfrWindowSize
  return {
    ...FIXED_FRONT_END,
    lfrWindowSize,
    lfrWindowShift: whole(props, 'lfr_window_shift'),
    normalizeSamples: whole(props, 'normalize_samples') !== 0,
    negMean: numbers(props, 'neg_mean', dimension),
    invStddev: numbers(props, 'inv_stddev', dimension),
  }
}

function promptIds(props: ReadonlyMap<string, string>): PromptIds {
  const languages: Partial<Record<keyof PromptIds['languages'], number>> = {}
  for (const language of ['auto', ...LANGUAGES] as const) {
    if (props.has(`lang_${language}`)) languages[language] = whole(props, `lang_${language}`)
  }
  return {
    blank: props.has('blank_id') ? whole(props, 'blank_id') : 0,
    languages,
    withItn: whole(props, 'with_itn'),
    withoutItn: whole(props, 'without_itn'),
  }
}

function whole(props: ReadonlyMap<string, string>, key: string): number {
  const text = props.get(key)
  if (text === undefined || !/^\d{1,9}$/.test(text.trim())) throw corrupt(key, 'a whole number', text)
  return Number(text)
}

function numbers(props: ReadonlyMap<string, string>, key: string, count: number): readonly number[] {
  const text = props.get(key)
  const values = text?.split(',').map((value) => (value.trim() === '' ? Number.NaN : Number(value))) ?? []
  if (values.length !== count || !values.every(Number.isFinite)) {
    throw corrupt(key, `${count} numbers`, text === undefined ? undefined : `${values.length} values`)
  }
  return values
}

function corrupt(key: string, wanted: string, found: string | undefined): SpeechError {
  return new SpeechError(
    'model-corrupt',
    `the model's metadata "${key}" should be ${wanted}, but ${found === undefined ? 'is missing' : `is ${found}`}`,
    { hint: 'Download the model file again.' },
  )
}
