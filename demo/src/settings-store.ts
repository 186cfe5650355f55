import type { AnalyzerSettings } from '@sensevoice-web/elements'
import { LANGUAGE_CHOICES, type LanguageChoice } from '@sensevoice-web/engine'

/** What a visitor can set, kept in this browser only. */
export interface Settings {
  readonly language: LanguageChoice
  readonly withItn: boolean
  /** Probability from which on a window counts as speech, in (0, 1). */
  readonly speechThreshold: number
  readonly hangOverMs: number
  readonly theme: 'auto' | 'light' | 'dark'
}

export const DEFAULT_SETTINGS: Settings = {
  language: 'auto',
  withItn: true,
  speechThreshold: 0.5,
  hangOverMs: 640,
  theme: 'auto',
}

const THEMES: readonly string[] = ['auto', 'light', 'dark']
const KEY = 'sensevoice-demo'

/** Settings from what an older visit, or anybody, may have left in the store: each wrong value falls back to its default. */
export function readSettings(stored: unknown): Settings {
  const given = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>
  const { language, withItn, speechThreshold, hangOverMs, theme } = given
  return {
    language: LANGUAGE_CHOICES.find((choice) => choice === language) ?? DEFAULT_SETTINGS.language,
    withItn: typeof withItn === 'boolean' ? withItn : DEFAULT_SETTINGS.withItn,
    speechThreshold: inRange(speechThreshold, 0.2, 0.9) ?? DEFAULT_SETTINGS.speechThreshold,
    hangOverMs: inRange(hangOverMs, 256, 1600) ?? DEFAULT_SETTINGS.hangOverMs,
    theme: THEMES.includes(String(theme)) ? (theme as Settings['theme']) : DEFAULT_SETTINGS.theme,
  }
}

function inRange(value: unknown, least: number, most: number): number | undefined {
  return typeof value === 'number' && value >= least && value <= most ? value : undefined
}

/** What the analyzer is told; the silence threshold is half of the speech threshold (hysteresis), as in the engine's defaults. */
export function analyzerSettings({
  language,
  withItn,
  speechThreshold,
  hangOverMs,
}: Settings): Required<AnalyzerSettings> {
  const silenceThreshold = speechThreshold / 2
  return { language, withItn, vad: { speechThreshold, silenceThreshold, hangOverMs } }
}

/** Reads the store; a browser that forbids it gives the defaults. */
export function loadSettings(): Settings {
  try {
    return readSettings(JSON.parse(localStorage.getItem(KEY) ?? 'null'))
  } catch {
    return DEFAULT_SETTINGS
  }
}

/** Keeps the settings; where storage is forbidden or full they last until the page is closed. */
export function saveSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings))
  } catch {
    // Nothing is lost but the memory of a setting.
  }
}
