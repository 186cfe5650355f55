import { SpeechError } from '../errors.ts'
import { VAD_WINDOW_SAMPLES } from '../model/ports.ts'
import type { SegmenterOptions } from './segment-event.ts'

export const SAMPLES_PER_MS = 16
const WINDOW_MS = VAD_WINDOW_SAMPLES / SAMPLES_PER_MS

/** Tuned for Silero v6 (`docs/decisions/0002-vad.md`); see `SegmenterOptions` for what each means. */
export const DEFAULT_SEGMENTER_OPTIONS: SegmenterOptions = {
  speechThreshold: 0.5,
  silenceThreshold: 0.25,
  preRollMs: 320,
  postRollMs: 192,
  hangOverMs: 640,
  minSpeechMs: 160,
  softCutMs: 15_000,
  hardCutMs: 30_000,
}

/**
 * @param changes options that differ from `base`
 * @returns the merged options
 * @throws SpeechError `invalid-argument` naming every fault: unknown names, values out of range, values that contradict each other
 */
export function validSegmenterOptions(
  changes: Partial<SegmenterOptions>,
  base: SegmenterOptions = DEFAULT_SEGMENTER_OPTIONS,
): SegmenterOptions {
  const options: SegmenterOptions = { ...base, ...changes }
  const faults = [...unknownNames(changes), ...rangeFaults(options), ...contradictions(options)]
  if (faults.length > 0) {
    throw new SpeechError('invalid-argument', `segmenter options: ${faults.join('; ')}`, {
      hint: 'Thresholds are probabilities, everything else is in milliseconds.',
    })
  }
  return options
}

function unknownNames(changes: object): string[] {
  return Object.keys(changes)
    .filter((name) => !(name in DEFAULT_SEGMENTER_OPTIONS))
    .map((name) => `there is no option ${name}`)
}

function rangeFaults(options: SegmenterOptions): string[] {
  const probabilities = ['speechThreshold', 'silenceThreshold'] as const
  const durations = [
    'preRollMs',
    'postRollMs',
    'hangOverMs',
    'minSpeechMs',
    'softCutMs',
    'hardCutMs',
  ] as const
  return [
    ...probabilities
      .filter((name) => !(options[name] > 0 && options[name] <= 1))
      .map((name) => `${name} must be above 0 and at most 1, got ${options[name]}`),
    ...durations
      .filter((name) => !(options[name] >= 0 && Number.isFinite(options[name])))
      .map((name) => `${name} must be 0 or more milliseconds, got ${options[name]}`),
  ]
}

function contradictions(options: SegmenterOptions): string[] {
  const faults: string[] = []
  const { preRollMs, postRollMs, hangOverMs, softCutMs, hardCutMs } = options
  if (options.silenceThreshold > options.speechThreshold) {
    faults.push(
      `silenceThreshold ${options.silenceThreshold} must not be above speechThreshold ${options.speechThreshold}`,
    )
  }
  if (postRollMs > hangOverMs) {
    faults.push(`postRollMs ${postRollMs} must not be above hangOverMs ${hangOverMs}`)
  }
  if (softCutMs < preRollMs + 2 * WINDOW_MS) {
    faults.push(`softCutMs ${softCutMs} must be at least preRollMs ${preRollMs} and ${2 * WINDOW_MS} ms`)
  }
  if (hardCutMs < softCutMs + WINDOW_MS) {
    faults.push(`hardCutMs ${hardCutMs} must be at least softCutMs ${softCutMs} and ${WINDOW_MS} ms`)
  }
  return faults
}
