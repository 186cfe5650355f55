import type { Page } from '@playwright/test'
import type { SpeechAnalyzer as Analyzer, ListenOptions, SpeechEvent, SpeechResult } from 'sensevoice-web'

/** One event as it leaves the page: `at` is page time in ms, errors are plain. */
export type Heard = SpeechEvent & { at: number }
/** An error as it leaves the page. */
export interface Plain {
  name: string
  message: string
  code: string
  hint: string
  retryable: boolean
}
/** What fixtures/library.js puts into the page. */
declare global {
  var SpeechAnalyzer: typeof Analyzer
  function listen(
    analyzer: Analyzer,
    how: {
      options?: ListenOptions
      until?(events: readonly Heard[]): boolean
      during?(analyzer: Analyzer, events: readonly Heard[]): Promise<unknown>
    },
  ): Promise<{ events: Heard[]; ended: { type: string; error?: Plain }; state: string }>
  function failure(promise: Promise<unknown>): Promise<Plain | undefined>
  var workers: { worker: Worker; name: string }[]
  var streams: MediaStream[]
  var violations: string[]
}

/** The plain page that holds the built library as `globalThis.library`. */
export const LIBRARY_PAGE = '/fixtures/library.html'

export async function libraryReady(page: Page): Promise<void> {
  await page.waitForSelector('html[data-ready]')
}

/** What the page's CSP has blocked so far. */
export function policyViolations(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => globalThis.violations)
}

/** The finals among what was heard. */
export function resultsOf(events: readonly Heard[]): SpeechResult[] {
  return events.flatMap((event) => (event.type === 'result' ? [event.result] : []))
}

/** Of the probabilities of a distribution. */
export function sum(scores: object): number {
  return Object.values(scores).reduce((total: number, score: number) => total + score, 0)
}
