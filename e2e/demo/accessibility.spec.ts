import { expect, test } from '@playwright/test'
import { violations } from '../support/axe.ts'
import { demoReady, picture, withResults } from '../support/demo-page.ts'

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [name, viewport] of [
    ['wide', { width: 1280, height: 900 }],
    ['phone', { width: 375, height: 812 }],
  ] as const) {
    test(`axe finds nothing on the ${colorScheme} ${name} page`, async ({ browser }) => {
      const context = await browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' })
      const page = await context.newPage()
      await withResults(page)
      expect(await violations(page)).toEqual([])
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(overflow).toBeLessThanOrEqual(0)
      await picture(page, `page-${colorScheme}-${name}`)
      await context.close()
    })
  }
}

test('axe finds nothing before anything was said', async ({ page }) => {
  await page.goto('/')
  await demoReady(page)
  expect(await violations(page)).toEqual([])
})

test('everything is reached and done by keyboard', async ({ page }) => {
  await page.goto('/')
  await demoReady(page)
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to the transcript' })).toBeFocused()
  const sample = page.getByRole('button', { name: 'English digits' })
  for (
    let presses = 0;
    presses < 20 && !(await sample.evaluate((node) => node === document.activeElement));
    presses += 1
  ) {
    await page.keyboard.press('Tab')
  }
  await expect(sample).toBeFocused()
  await page.keyboard.press('Enter')
  const result = page.locator('speech-transcript [part=result]').first()
  await expect(result).toBeVisible()
  await result.focus()
  await page.keyboard.press('Enter')
  await expect(result).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByRole('heading', { name: 'Chosen result' })).toBeVisible()
})

test('results are announced politely, partials are not', async ({ page }) => {
  await withResults(page)
  await expect(page.locator('p.hidden[role=status] span')).toContainText('English')
  await expect(page.locator('speech-transcript [role=status], speech-transcript [aria-live]')).toHaveCount(0)
})

test('while it loads the page says so, and a failed load can be tried again', async ({ page }) => {
  let broken = true
  await page.route(/\.onnx$/, async (route) => {
    if (broken) await route.fulfill({ status: 503, body: '' })
    else {
      await new Promise((resolve) => setTimeout(resolve, 1000))
      await route.continue()
    }
  })
  await page.goto('/')
  await expect(page.locator('speech-error-message [part=message]')).toBeVisible()
  await picture(page, 'error-load')
  broken = false
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByTestId('listen')).toHaveText(/Loading/)
  await expect(page.locator('speech-load-progress progress')).toBeVisible()
  await picture(page, 'loading')
  await demoReady(page)
})
