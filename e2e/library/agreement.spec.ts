import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { SpeechResult } from 'sensevoice-web'
import { LIBRARY_PAGE, libraryReady } from '../support/library-page.ts'

const ROOT = join(import.meta.dirname, '../..')
const FOLDERS = [join(ROOT, 'models/golden/audio'), join(ROOT, 'demo/public/samples')]
const SPEECH = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => /^(en|zh|yue|ja|ko)-.*\.wav$/.test(name))
    .map((name) => join(folder, name)),
)

type Line = SpeechResult & { file: string }

test('the page and the command agree on every recording', async ({ page }) => {
  expect(SPEECH.length).toBeGreaterThanOrEqual(10)
  const output = execFileSync(
    process.execPath,
    [join(ROOT, 'packages/server/bin/sensevoice.js'), 'analyze', '--json', ...SPEECH],
    {
      encoding: 'utf8',
    },
  )
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  await page.goto(LIBRARY_PAGE)
  await libraryReady(page)
  const files = SPEECH.map((path) => readFileSync(path).toString('base64'))
  const heard = await page.evaluate(async (all) => {
    const analyzer = await globalThis.SpeechAnalyzer.create()
    const results = []
    for (const base64 of all) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      results.push((await analyzer.analyze(new Blob([bytes], { type: 'audio/wav' }))).results)
    }
    await analyzer.close()
    return results
  }, files)
  for (const [index, path] of SPEECH.entries()) {
    const command = lines.filter(({ file }) => file === path)
    const inPage = heard[index] ?? []
    expect(
      inPage.map(({ text, language, startSamples, endSamples }) => [
        text,
        language,
        startSamples,
        endSamples,
      ]),
      path,
    ).toEqual(
      command.map(({ text, language, startSamples, endSamples }) => [
        text,
        language,
        startSamples,
        endSamples,
      ]),
    )
    for (const [place, result] of inPage.entries()) {
      // Two builds of the runtime round int8 activations differently in the last bit.
      for (const [name, score] of Object.entries(result.languageScores ?? {})) {
        const other = command[place]?.languageScores?.[name as keyof SpeechResult['languageScores']]
        expect(Math.abs(score - Number(other)), `${path} ${name}`).toBeLessThan(0.05)
      }
    }
  }
})
