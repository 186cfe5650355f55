import { type Browser, expect, type Page, test } from '@playwright/test'
import { violations } from '../support/axe.ts'
import { device, type RunningCompanion, serve, stopAll } from '../support/commands.ts'
import { bars, picture, transcript } from '../support/demo-page.ts'
import { soundFile, timeline } from '../support/sounds.ts'

const TOKEN = 'a-token-of-the-operator'
const VIEWS = (['light', 'dark'] as const).flatMap((colorScheme) => [
  { name: `${colorScheme}-wide`, colorScheme, viewport: { width: 1280, height: 900 } },
  { name: `${colorScheme}-phone`, colorScheme, viewport: { width: 375, height: 812 } },
])

/** Speech, and then silence for as long as a test looks at it. */
const spoken = (name: string, clip: string, repeated = 1) =>
  soundFile(
    name,
    timeline([
      { silenceMs: 500 },
      ...Array.from({ length: repeated }, () => [{ clip }, { silenceMs: 1500 }]).flat(),
      { silenceMs: 60_000 },
    ]),
  )

test.afterEach(() => stopAll())

const row = (page: Page, id: string) =>
  page.getByRole('row').filter({ has: page.getByRole('button', { name: id }) })
const deviceButton = (page: Page, id: string) => page.getByRole('button', { name: id, exact: true })

async function lookedAt(page: Page, name: string): Promise<void> {
  expect(await violations(page)).toEqual([])
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBeLessThanOrEqual(0)
  await picture(page, `status-${name}`)
}

/** In every colour and width, a page of its own each. */
async function inEveryView(
  browser: Browser,
  url: string,
  name: string,
  ready: (page: Page) => Promise<void>,
) {
  for (const { name: view, ...options } of VIEWS) {
    const context = await browser.newContext({ ...options, reducedMotion: 'reduce' })
    const page = await context.newPage()
    await page.goto(url)
    await ready(page)
    await lookedAt(page, `${name}-${view}`)
    await context.close()
  }
}

/** What the page asked others for, and what its policy refused it. */
function faultsOf(page: Page, { url }: RunningCompanion): string[] {
  const faults: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) faults.push(request.url())
  })
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  return faults
}

test('while nobody is connected the page says so', async ({ browser }) => {
  const companion = await serve()
  await inEveryView(browser, `${companion.url}/status`, 'empty', (page) =>
    expect(page.getByText('No device is connected.')).toBeVisible(),
  )
})

test('a device that speaks is listed; opened by keyboard, its words are seen as they are said', async ({
  page,
}) => {
  const companion = await serve()
  const faults = faultsOf(page, companion)
  device(companion, 'kitchen', spoken('status-english', 'en-three-one-four', 4))
  device(companion, 'hall', spoken('status-silence', 'brown-noise'))
  await page.goto(`${companion.url}/status`)
  await expect(row(page, 'kitchen')).toContainText('JSON')
  await expect(row(page, 'hall')).toBeVisible()
  await deviceButton(page, 'kitchen').focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'kitchen' })).toBeFocused()
  await expect.poll(() => transcript(page)).toContain('3 1 4.')
  const languages = await bars(page, 'speech-language-scores')
  expect(languages['English']).toBeGreaterThan(50)
  const emotions = Object.values(await bars(page, 'speech-emotion-bars'))
  expect(emotions.reduce((sum, percent) => sum + percent, 0)).toBeGreaterThan(95)
  await expect(page.locator('[data-announced]')).toContainText('3 1 4. English')
  await expect(row(page, 'kitchen').locator('[data-name=Utterances]')).toHaveText(/[1-9]/)
  await expect(row(page, 'kitchen').locator('[data-name=p50]')).toHaveText(/^\d/)
  // The figures go on by themselves, and the focus stays where it is.
  const sound = () => row(page, 'kitchen').locator('[data-name=Sound]').textContent()
  const before = await sound()
  await deviceButton(page, 'kitchen').focus()
  await expect.poll(sound).not.toBe(before)
  await expect(deviceButton(page, 'kitchen')).toBeFocused()
  await page.getByRole('button', { name: 'Close' }).press('Enter')
  await expect(page.locator('speech-transcript')).toHaveCount(0)
  await expect(deviceButton(page, 'kitchen')).toBeFocused()
  await page.goBack()
  await expect(page.getByRole('heading', { name: 'kitchen' })).toBeVisible()
  expect(faults).toEqual([])
})

test('axe finds nothing while a device is looked at', async ({ browser }) => {
  const companion = await serve()
  device(companion, 'hall', spoken('status-silence', 'brown-noise'))
  device(companion, 'aa:bb:cc:dd:ee:ff', spoken('status-mandarin', 'zh-yu-yin-shi-bie', 12))
  const url = `${companion.url}/status#device=aa%3Abb%3Acc%3Add%3Aee%3Aff`
  await inEveryView(browser, url, 'opened', async (page) => {
    await expect(page.locator('speech-transcript [part=result]').first()).toBeVisible()
    await expect(row(page, 'aa:bb:cc:dd:ee:ff')).toBeVisible()
  })
})

test('a device that leaves is told of, and heard again when it comes back', async ({ page }) => {
  const companion = await serve()
  const sound = spoken('status-english', 'en-three-one-four', 4)
  const first = device(companion, 'kitchen', sound)
  await page.goto(`${companion.url}/status`)
  await deviceButton(page, 'kitchen').click()
  await expect.poll(() => transcript(page)).toContain('3 1 4.')
  await first.stop()
  await expect(page.getByText('The device is not connected any more.')).toBeVisible()
  await expect(page.getByText('No device is connected.')).toBeVisible()
  const count = (await transcript(page)).length
  expect(count).toBeGreaterThan(0)
  await lookedAt(page, 'gone')
  device(companion, 'kitchen', sound)
  await expect(page.getByText('Live: what is said from now on')).toBeVisible()
  await expect.poll(async () => (await transcript(page)).length).toBeGreaterThan(count)
})

test('a server that is gone is told of and asked again', async ({ page }) => {
  const companion = await serve()
  await page.goto(`${companion.url}/status`)
  await expect(page.getByText('No device is connected.')).toBeVisible()
  await companion.stop()
  await expect(page.getByRole('alert')).toContainText('The companion does not answer.')
  await lookedAt(page, 'lost')
  await serve('--port', new URL(companion.url).port)
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('with a token the page asks for it, and lets in who has it', async ({ browser }) => {
  const companion = await serve('--status-token', TOKEN)
  for (const { name, ...options } of VIEWS) {
    const context = await browser.newContext({ ...options, reducedMotion: 'reduce' })
    const page = await context.newPage()
    await page.goto(`${companion.url}/status`)
    await lookedAt(page, `sign-in-${name}`)
    await page.getByLabel('Token').fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('alert')).toContainText('not the token')
    await lookedAt(page, `sign-in-refused-${name}`)
    await page.getByLabel('Token').fill(TOKEN)
    await page.keyboard.press('Enter')
    await expect(page.getByText('No device is connected.')).toBeVisible()
    expect(await context.cookies()).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }])
    await page.getByRole('button', { name: 'Sign out' }).click()
    await expect(page.getByLabel('Token')).toBeVisible()
    expect(await context.cookies()).toEqual([])
    await context.close()
  }
})
