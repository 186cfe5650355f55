import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { ISOLATED } from '../support/addresses.ts'
import { LIBRARY_PAGE, libraryReady, resultsOf, sum } from '../support/library-page.ts'
import { test } from '../support/microphone.ts'

/** Recorded speech that may not be committed; beside the project where contributors have it. */
const SHARED = join(import.meta.dirname, '../../../shared/data')
const LIST = join(SHARED, 'samples.jsonl')

interface Sample {
  readonly file: string
  readonly lang: string
  readonly text_itn: string
  /** Of acted sentences, which are outside the tiny model's vocabulary. */
  readonly emotion: string
}

const samples: readonly Sample[] = existsSync(LIST)
  ? readFileSync(LIST, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Sample)
  : []

test('the recorded samples are there', () => {
  // biome-ignore lint/suspicious/noSkippedTests: speech that may not be committed is not on every machine.
  test.skip(
    samples.length === 0,
    'shared/data/samples is not beside the project: recorded speech is not played',
  )
  expect(samples.length).toBeGreaterThanOrEqual(9)
})

/** Words and signs without punctuation: Latin words whole, everything else letter by letter. */
function units(text: string): string[] {
  return text.toLowerCase().match(/[a-z]+|[\p{L}\p{N}]/gu) ?? []
}

/** Least number of units to insert, delete or replace. */
function distance(from: readonly string[], to: readonly string[]): number {
  let row = to.map((_, index) => index + 1)
  for (const [index, unit] of from.entries()) {
    let diagonal = index
    let left = index + 1
    row = row.map((above, column) => {
      left = Math.min(above + 1, left + 1, diagonal + (unit === to[column] ? 0 : 1))
      diagonal = above
      return left
    })
  }
  return row.at(-1) ?? from.length
}

for (const { file, lang, text_itn: text, emotion } of samples) {
  test(`${file} through the microphone`, async ({ speaker }) => {
    const path = join(SHARED, file)
    const durationMs = (readFileSync(path).length - 44) / 32
    const page = await speaker.open(`${ISOLATED}${LIBRARY_PAGE}`, path)
    await libraryReady(page)
    const events = await page.evaluate(async (durationMs) => {
      const analyzer = await globalThis.SpeechAnalyzer.create()
      // The file starts with the capture and is played again and again: one round of it is enough.
      const outcome = await globalThis.listen(analyzer, {
        until: (events) =>
          events.some((event) => event.type === 'level' && event.positionMs > durationMs + 200),
      })
      await analyzer.close()
      return outcome.events
    }, durationMs)
    const results = resultsOf(events).filter(({ startMs }) => startMs < durationMs - 300)
    expect(results.length).toBeGreaterThanOrEqual(1)
    for (const result of results) {
      expect(sum(result.languageScores ?? {})).toBeCloseTo(1, 5)
      expect(sum(result.emotionScores)).toBeCloseTo(1, 5)
      expect(sum(result.eventScores)).toBeCloseTo(1, 5)
    }
    if (emotion !== '') return
    expect(results[0]?.language).toBe(lang)
    const heard = units(results.map((result) => result.text).join(' '))
    // One error: the round after the first one begins without a pause, so its first word may be heard too.
    expect(
      distance(units(text), heard.slice(0, units(text).length + 1)),
      heard.join(' '),
    ).toBeLessThanOrEqual(1)
  })
}
