import { assertFiniteSamples } from '../audio/finite.ts'
import { PCM16_SCALE } from '../audio/pcm16.ts'
import type { FrontEndFacts } from '../model/manifest.ts'
import type { Features } from '../model/ports.ts'
import { applyCmvn } from './cmvn.ts'
import { Fbank } from './fbank.ts'
import { checkFrontEndFacts, durationSamples } from './front-end-facts.ts'
import { stackFrames } from './low-frame-rate.ts'

/** The filter bank rows of sound up to this long are kept and used again; longer sound gets its own, so that it leaves nothing behind. */
const REUSED_SECONDS = 40

/** Waveform to model input. Not re-entrant, but synchronous: one instance serves any number of segments one after the other. */
export interface FrontEnd {
  /** Values of one row: mel bins times stacked frames, 560 for SenseVoice. */
  readonly dimension: number
  /** Fewest samples that give a row: 400 for SenseVoice. */
  readonly minimumSamples: number
  /**
   * @param samples 16 kHz mono in [-1, 1], any length; not kept
   * @returns features in an array of their own; 0 frames below `minimumSamples`, as Kaldi counts them
   * @throws SpeechError `invalid-audio` for NaN and infinities
   */
  compute(samples: Float32Array): Features
}

/**
 * fbank, low frame rate and CMVN of one model.
 *
 * @param facts of the model's manifest
 * @throws SpeechError `model-unsupported` or `model-corrupt` naming every fact that is not as it must be
 */
export function createFrontEnd(facts: FrontEndFacts): FrontEnd {
  checkFrontEndFacts(facts)
  const minimumSamples = durationSamples(facts, facts.frameLengthMs)
  const fbank = new Fbank({
    sampleRate: facts.sampleRate,
    melBins: facts.melBins,
    frameLengthSamples: minimumSamples,
    frameShiftSamples: durationSamples(facts, facts.frameShiftMs),
    sampleScale: facts.normalizeSamples ? 1 : PCM16_SCALE,
  })
  const negMean = Float32Array.from(facts.negMean)
  const invStddev = Float32Array.from(facts.invStddev)
  const dimension = facts.melBins * facts.lfrWindowSize
  let reused = new Float32Array(0)

  function rowsFor(samples: number): Float32Array {
    const needed = fbank.frameCount(samples) * facts.melBins
    if (samples > REUSED_SECONDS * facts.sampleRate) return new Float32Array(needed)
    if (reused.length < needed) reused = new Float32Array(needed)
    return reused
  }

  return {
    dimension,
    minimumSamples,
    compute(samples) {
      assertFiniteSamples(samples, 'audio segment')
      const rows = rowsFor(samples.length)
      const frameCount = fbank.compute(samples, rows)
      const data = stackFrames(rows, frameCount, facts.melBins, facts.lfrWindowSize, facts.lfrWindowShift)
      applyCmvn(data, negMean, invStddev)
      return { data, frames: data.length / dimension, dimension }
    },
  }
}
