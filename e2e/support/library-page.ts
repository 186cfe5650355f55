import type { Page } from '@playwright/test'
import type { SpeechAnalyzer, SpeechEvent } from 'sensevoice-web'

/** What fixtures/library.js puts into the page. */
export interface Fixture {
  SpeechAnalyzer: typeof SpeechAnalyzer
  listen(
    analyzer: unknown,
    how: {
      options?: object
      until?(events: readonly Heard[]): boolean
      during?(analyzer: SpeechAnalyzer, events: readonly Heard[]): Promise<unknown>
    },
  ): Promise<{ events: Heard[]; ended: { type: string; error?: Plain }; state: string }>
  failure(promise: Promise<unknown>): Promise<Plain | undefined>
  workers: { worker: Worker; name: string }[]
  streams: MediaStream[]
}
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
/** The plain page that holds the built library as `globalThis.library`. */
export const LIBRARY_PAGE = '/fixtures/library.html'

export async function libraryReady(page: Page): Promise<void> {
  await page.waitForSelector('html[data-ready]')
}

/** What the page's CSP has blocked so far. */
export function violations(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => (globalThis as unknown as { violations: string[] }).violations)
}
