import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import type { SpeechAnalyzer } from 'sensevoice-web'
import { type Heard, resultsOf } from './library-page.ts'

/**
 * Listens to a WAV file as it is spoken, over the server at `remote` or without one; see `heardTimes` for what it has heard meanwhile. The analyzer
 * of an address is kept for the next time.
 *
 * @param patienceMs how long the page waits for a server that is away
 */
export function hear(page: Page, file: string, remote?: string, patienceMs = 1500) {
  const bytes = [...readFileSync(file).subarray(44)]
  return page.evaluate(
    async ({ remote, bytes, patienceMs }) => {
      const kept = globalThis as unknown as { analyzer?: SpeechAnalyzer }
      const create = () =>
        globalThis.SpeechAnalyzer.create(remote === undefined ? {} : { remote: { url: remote, patienceMs } })
      if (remote !== undefined) kept.analyzer ??= await create()
      const analyzer = remote === undefined ? await create() : (kept.analyzer as SpeechAnalyzer)
      const pcm = new Int16Array(Uint8Array.from(bytes).buffer)
      const samples = Float32Array.from(pcm, (value) => value / 32_768)
      async function* spoken() {
        const started = performance.now()
        for (let at = 0; at < samples.length; at += 800) {
          yield { samples: samples.slice(at, at + 800), sampleRate: 16_000 }
          await new Promise((resolve) => setTimeout(resolve, started + at / 16 - performance.now()))
        }
      }
      const { dataset } = document.documentElement
      const until = (events: readonly Heard[]) => {
        dataset['heard'] = events.map(({ type }) => type).join(' ')
        return false
      }
      const outcome = await globalThis.listen(analyzer, { options: { source: spoken() }, until })
      dataset['heard'] = ''
      return { ...outcome, runtime: analyzer.runtime }
    },
    { remote, bytes, patienceMs },
  )
}

/** Resolves when the page that listens has heard so many events of these types. */
export async function heardTimes(page: Page, types: readonly Heard['type'][], times: number): Promise<void> {
  await page.waitForFunction(
    ([types, times]) => {
      const heard = (document.documentElement.dataset['heard'] ?? '').split(' ')
      return heard.filter((type) => types.includes(type)).length >= times
    },
    [types as readonly string[], times] as const,
  )
}

/** What the finals say, and of which sound. */
export function answers(events: readonly Heard[]) {
  return resultsOf(events).map(({ text, startSamples, endSamples }) => ({ text, startSamples, endSamples }))
}
