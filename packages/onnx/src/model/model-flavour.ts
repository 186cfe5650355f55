import { type ModelFlavour, SpeechError } from '@sensevoice-web/engine'

/** Names of the graph's inputs and of its logits in one flavour. */
export interface GraphNames {
  readonly features: string
  readonly length: string
  readonly language: string
  readonly textNorm: string
  readonly logits: string
}

/** features [1, T, 560] float32, the other inputs [1] int32, logits [1, 4 + T, vocabulary] float32 without softmax. */
export const GRAPH_NAMES: Readonly<Record<ModelFlavour, GraphNames>> = {
  sherpa: {
    features: 'x',
    length: 'x_length',
    language: 'language',
    textNorm: 'text_norm',
    logits: 'logits',
  },
  funasr: {
    features: 'speech',
    length: 'speech_lengths',
    language: 'language',
    textNorm: 'textnorm',
    logits: 'ctc_logits',
  },
}

/**
 * Tells the two exports of SenseVoice apart by the names of their inputs.
 *
 * @throws SpeechError `model-unsupported` naming what was found, for every other graph
 */
export function flavourOf(inputNames: readonly string[], outputNames: readonly string[]): ModelFlavour {
  for (const flavour of ['sherpa', 'funasr'] as const) {
    const { logits, ...inputs } = GRAPH_NAMES[flavour]
    const wanted = Object.values(inputs)
    const complete = wanted.every((name) => inputNames.includes(name)) && inputNames.length === wanted.length
    if (complete && outputNames.includes(logits)) return flavour
  }
  throw new SpeechError(
    'model-unsupported',
    `the graph is not SenseVoice: its inputs are ${inputNames.join(', ')}, its outputs ${outputNames.join(', ')}`,
    {
      hint: 'Use a SenseVoiceSmall export with language and text normalization as inputs; Whisper, Paraformer and "nano" models are others.',
    },
  )
}
