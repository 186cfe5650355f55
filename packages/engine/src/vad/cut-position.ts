import { VAD_WINDOW_SAMPLES } from '../model/ports.ts'

/** One window of an open segment as the segmenter remembers it. */
export interface HeardWindow {
  readonly startSamples: number
  readonly probability: number
  /** Whether it counted as speech, hysteresis included. */
  readonly speech: boolean
}

export interface CutLimits {
  readonly softCutSamples: number
  readonly hardCutSamples: number
  readonly silenceThreshold: number
}

export interface Cut {
  /** Start of the window where the segment ends and the next begins. */
  readonly atSamples: number
  readonly reason: 'soft-cut' | 'hard-cut'
}

/** How long after the soft limit a better place is looked for before the first real pause is taken. */
const SEARCH_SAMPLES = 3 * 16_000

/**
 * Where, if at all, to cut a segment whose newest window is speech.
 *
 * Past the soft limit the quietest window heard since then is the place. It is taken once the search zone is over, provided it was a pause
 * (below the silence threshold); in speech without a pause the search goes on until the next window might not fit under the hard limit.
 * Then the quietest window since the soft limit is taken as it is; only where all are equally loud the cut is a hard one, at the newest
 * window.
 *
 * @param startSamples start of the segment
 * @param windows every window of the segment from its first speech on, in order
 */
export function cutPosition(
  startSamples: number,
  windows: readonly HeardWindow[],
  limits: CutLimits,
): Cut | undefined {
  const newest = windows.at(-1)
  if (newest === undefined) return undefined
  const lengthSamples = newest.startSamples + VAD_WINDOW_SAMPLES - startSamples
  // One window is held back: what is left over at the end of a stream is shorter than a window and still has to fit.
  const full = lengthSamples + VAD_WINDOW_SAMPLES > limits.hardCutSamples
  if (!full && lengthSamples < limits.softCutSamples + SEARCH_SAMPLES) return undefined

  const lastAllowed = startSamples + limits.hardCutSamples
  const zone = windows.filter(
    (window) =>
      window.startSamples >= startSamples + limits.softCutSamples && window.startSamples <= lastAllowed,
  )
  const [quietest, loudest] = extremes(zone)
  if (quietest !== undefined && loudest !== undefined) {
    const pause = quietest.probability < limits.silenceThreshold
    if (pause || (full && quietest.probability < loudest.probability)) {
      return { atSamples: quietest.startSamples, reason: 'soft-cut' }
    }
  }
  if (!full) return undefined
  const last = windows.findLast((window) => window.startSamples <= lastAllowed) ?? newest
  return { atSamples: last.startSamples, reason: 'hard-cut' }
}

function extremes(windows: readonly HeardWindow[]): [HeardWindow | undefined, HeardWindow | undefined] {
  let quietest = windows[0]
  let loudest = windows[0]
  for (const window of windows) {
    if (quietest === undefined || window.probability < quietest.probability) quietest = window
    if (loudest === undefined || window.probability > loudest.probability) loudest = window
  }
  return [quietest, loudest]
}
