import type { AnalyzerState, LanguageChoice, SegmenterOptions, SpeechEvent } from '@sensevoice-web/engine'
import type { AnalysisPlace } from './analysis-place.ts'
import type { ResolvedAssets } from './asset-urls.ts'

/** What an analyzer was told to use where a call does not say otherwise. */
export interface Settings {
  readonly language: LanguageChoice
  readonly withItn: boolean
  readonly vad: Partial<SegmenterOptions>
  /** Undefined: no partials. */
  readonly partialIntervalMs: number | undefined
}

/** What one run (`listen` or `analyze`) needs of its analyzer. */
export interface RunContext {
  readonly settings: Settings
  readonly assets: ResolvedAssets
  /** What is heard is answered aloud: the microphone is not to hear the loudspeaker. */
  readonly answered: boolean
  /** Where sound is analyzed now: the loaded workers, started again when the last ones are gone, or a server. */
  place(signal: AbortSignal): Promise<AnalysisPlace>
  emit(event: SpeechEvent): void
  setState(state: AnalyzerState): void
}

/** Default distance of partials: with the time to decode one they come within 500 ms. */
export const PARTIAL_INTERVAL_MS = 400

export function partialInterval(
  partials: boolean | { readonly intervalMs: number } | undefined,
  fallback: number | undefined,
): number | undefined {
  if (partials === undefined) return fallback
  if (typeof partials === 'boolean') return partials ? PARTIAL_INTERVAL_MS : undefined
  return partials.intervalMs
}
