import { LANGUAGES, type ModelFlavour, type PromptIds, SpeechError } from '@sensevoice-web/engine'
import type { ModelFacts } from './model-facts.ts'

const MEL_BINS = 80

/** Rows of the prompt embedding of every SenseVoiceSmall; FunASR's exporter and runtime have them in their code, not in the file. */
const PROMPT_ROWS: PromptIds = {
  blank: 0,
  languages: { auto: 0, zh: 3, en: 4, yue: 7, ja: 11, ko: 12, nospeech: 13 },
  withItn: 14,
  withoutItn: 15,
}

/**
 * Facts of a FunASR export, which carries none itself: from the am.mvn that is published beside it.
 *
 * @param cmvn text of am.mvn, Kaldi's network of a shift and a scale
 * @param vocabularySize tokens of the list that is published beside it
 * @throws SpeechError `model-corrupt` when it is no such text, or not of 80 mel bins
 */
export function factsFromCmvn(cmvn: string, flavour: ModelFlavour, vocabularySize: number): ModelFacts {
  const negMean = vector(cmvn, 'AddShift')
  const invStddev = vector(cmvn, 'Rescale')
  const lfrWindowSize = negMean.length / MEL_BINS
  if (!Number.isInteger(lfrWindowSize) || invStddev.length !== negMean.length) {
    throw corrupt(`it has ${negMean.length} shifts and ${invStddev.length} scales`)
  }
  return {
    flavour,
    vocabularySize,
    languages: [...LANGUAGES],
    frontend: {
      sampleRate: 16_000,
      melBins: MEL_BINS,
      frameLengthMs: 25,
      frameShiftMs: 10,
      lfrWindowSize,
      // SenseVoice advances by one frame less than it stacks.
      lfrWindowShift: lfrWindowSize - 1,
      normalizeSamples: false,
      negMean,
      invStddev,
    },
    ids: PROMPT_ROWS,
  }
}

function vector(cmvn: string, component: string): number[] {
  const text = new RegExp(`<${component}>[^[]*\\[([^\\]]*)\\]`).exec(cmvn)?.[1]
  const values = text?.trim().split(/\s+/).map(Number) ?? []
  if (values.length < 2 || !values.every(Number.isFinite)) throw corrupt(`it has no numbers of ${component}`)
  return values
}

function corrupt(what: string): SpeechError {
  return new SpeechError('model-corrupt', `the am.mvn is not that of a SenseVoice model: ${what}`, {
    hint: 'Give the am.mvn that is published beside the model file.',
  })
}
