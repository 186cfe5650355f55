import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page } from '@playwright/test'

const PICTURES = join(import.meta.dirname, '../artifacts/screenshots')
export const SAMPLES = join(import.meta.dirname, '../../demo/public/samples')

/** Waits until the page may be spoken to. */
export async function demoReady(page: Page): Promise<void> {
  await expect(page.getByTestId('listen')).toHaveText(/Start listening/)
  await expect(page.getByTestId('listen')).toBeEnabled()
}

/** Opens the page, has a file analyzed and unfolds everything that can be. */
export async function withResults(page: Page): Promise<void> {
  await page.goto('/')
  await demoReady(page)
  await page.getByTestId('file').setInputFiles(join(SAMPLES, 'en-digits-jackson.wav'))
  await expect(page.locator('speech-transcript [part=result]').first()).toBeVisible()
  for (const summary of await page.locator('summary').all()) await summary.click()
}

/** The words of every result in the transcript, oldest first. */
export function transcript(page: Page): Promise<string[]> {
  return page.locator('speech-transcript [part=text]').allInnerTexts()
}

/** Keeps a picture for people to look at; no test compares it. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true })
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true })
}

/** The per cents beside the bars of one element, by name; "<1 %" counts as 0 and ">99 %" as 100. */
export function bars(page: Page, element: string): Promise<Record<string, number>> {
  return page.locator(`${element} [part=score]`).evaluateAll((rows) =>
    Object.fromEntries(
      rows.map((row) => {
        const text = row.querySelector('.value')?.textContent ?? ''
        const percent = text.startsWith('<') ? 0 : text.startsWith('>') ? 100 : Number.parseInt(text, 10)
        return [row.querySelector('.name')?.textContent ?? '', percent]
      }),
    ),
  )
}
