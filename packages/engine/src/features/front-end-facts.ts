import { SpeechError } from '../errors.ts'
import type { FrontEndFacts } from '../model/manifest.ts'

const SUPPORTED_SAMPLE_RATE = 16_000
const MS_PER_SECOND = 1000

/**
 * @throws SpeechError `model-unsupported` naming every setting this front end cannot compute; `model-corrupt` naming CMVN vectors that do
 *   not fit the rest or hold values that are no numbers
 */
export function checkFrontEndFacts(facts: FrontEndFacts): void {
  const unsupported = [...sampleRateFaults(facts), ...frameFaults(facts), ...countFaults(facts)]
  if (unsupported.length > 0) {
    throw new SpeechError('model-unsupported', `front end of the model: ${unsupported.join('; ')}`, {
      hint: 'SenseVoice models use 16 kHz, 80 mel bins, 25 ms frames every 10 ms, stacked 7 by 6.',
    })
  }
  const corrupt = (['negMean', 'invStddev'] as const).flatMap((name) => vectorFaults(facts, name))
  if (corrupt.length > 0) {
    throw new SpeechError('model-corrupt', `front end of the model: ${corrupt.join('; ')}`, {
      hint: 'The CMVN vectors belong to another model or were cut short: take manifest and model from one place.',
    })
  }
}

/** Samples of a duration at the model's sample rate; may be a fraction. */
export function durationSamples(facts: FrontEndFacts, durationMs: number): number {
  return (durationMs * facts.sampleRate) / MS_PER_SECOND
}

function sampleRateFaults({ sampleRate }: FrontEndFacts): string[] {
  return sampleRate === SUPPORTED_SAMPLE_RATE
    ? []
    : [`sampleRate ${sampleRate} Hz, only ${SUPPORTED_SAMPLE_RATE} Hz is supported`]
}

function frameFaults(facts: FrontEndFacts): string[] {
  if (facts.sampleRate !== SUPPORTED_SAMPLE_RATE) return []
  const names = ['frameLengthMs', 'frameShiftMs'] as const
  return names.flatMap((name) => {
    const samples = durationSamples(facts, facts[name])
    const least = name === 'frameLengthMs' ? 8 : 1
    return Number.isInteger(samples) && samples >= least
      ? []
      : [`${name} ${facts[name]} is not a whole number of ${least} or more samples`]
  })
}

function countFaults(facts: FrontEndFacts): string[] {
  const names = ['melBins', 'lfrWindowSize', 'lfrWindowShift'] as const
  return names
    .filter((name) => !Number.isInteger(facts[name]) || facts[name] < 1)
    .map((name) => `${name} ${facts[name]} is not a whole number from 1 on`)
}

function vectorFaults(facts: FrontEndFacts, name: 'negMean' | 'invStddev'): string[] {
  const vector = facts[name]
  const expected = facts.melBins * facts.lfrWindowSize
  if (vector.length !== expected) return [`${name} has ${vector.length} values, expected ${expected}`]
  const bad = vector.findIndex((value) => !Number.isFinite(value) || (name === 'invStddev' && value <= 0))
  return bad < 0 ? [] : [`${name}[${bad}] is ${vector[bad]}`]
}
