import { join } from 'node:path'
import { expect } from '@playwright/test'
import { ISOLATED, PLAIN } from '../support/addresses.ts'
import { bars, demoReady, picture, SAMPLES, transcript } from '../support/demo-page.ts'
import { test } from '../support/microphone.ts'

const DIGITS = join(SAMPLES, 'en-digits-jackson.wav')

for (const [address, words] of [
  [ISOLATED, /WASM · [2-4] threads/],
  [PLAIN, /WASM · 1 thread/],
] as const) {
  test(`a person who speaks to ${address} sees the words, the language and the emotion`, async ({
    speaker,
  }) => {
    const page = await speaker.open(`${address}/`, DIGITS)
    await demoReady(page)
    await expect(page.locator('speech-runtime-badge')).toContainText(words)
    await page.getByTestId('listen').click()
    await expect(page.locator('speech-level-meter')).toContainText('Speech')
    await expect(page.locator('speech-transcript [part=result]').first()).toBeVisible()
    // A pause in the middle may end a segment: what counts is that all was heard, in order.
    const heard = async () => (await transcript(page)).join(' ').replaceAll('.', '')
    await expect.poll(heard).toContain('3 1 4 1 5')
    await expect(page.getByTestId('live')).not.toBeEmpty()
    const languages = await bars(page, 'speech-language-scores')
    expect(languages['English']).toBeGreaterThan(90)
    const emotions = Object.values(await bars(page, 'speech-emotion-bars'))
    expect(emotions.length).toBe(8)
    // Whole per cents of eight numbers, the unclear mass among them, that sum to 1.
    expect(Math.abs(emotions.reduce((sum, value) => sum + value, 0) - 100)).toBeLessThanOrEqual(4)
    await expect(page.locator('speech-latency-panel')).toContainText('End of speech to result')
    await picture(page, address === ISOLATED ? 'listening-wide' : 'listening-plain')
    await page.getByTestId('listen').click()
    await expect(page.getByTestId('listen')).toHaveText(/Start listening/)
    await expect(page.locator('speech-level-meter')).toContainText('Not listening')
  })
}

test('partials are shown while someone speaks, and nothing is heard while paused', async ({ speaker }) => {
  const page = await speaker.open(`${ISOLATED}/`, DIGITS)
  await demoReady(page)
  await page.getByTestId('listen').click()
  await expect(page.locator('speech-transcript [part=partial]')).not.toBeEmpty()
  await page.getByTestId('pause').click()
  await expect(page.getByTestId('pause')).toHaveText(/Resume/)
  const before = (await transcript(page)).length
  await page.waitForTimeout(5000)
  // The words before the pause may still have got their result.
  expect((await transcript(page)).length).toBeLessThanOrEqual(before + 1)
  const paused = (await transcript(page)).length
  await page.getByTestId('pause').click()
  await expect(page.locator('speech-transcript [part=result]').nth(paused)).toBeVisible()
})

test('a file that is dropped while listening ends neither the session nor the transcript', async ({
  speaker,
}) => {
  const page = await speaker.open(`${ISOLATED}/`, DIGITS)
  await demoReady(page)
  await page.getByTestId('listen').click()
  await expect(page.locator('speech-transcript [part=result]').first()).toBeVisible()
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(['x'], 'dropped.wav', { type: 'audio/wav' }))
    document.querySelector('.page')?.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }))
  })
  await expect(page.locator('speech-error-message')).toContainText('Stop listening first')
  const heard = (await transcript(page)).length
  expect(heard).toBeGreaterThan(0)
  await expect(page.locator('speech-transcript [part=result]').nth(heard)).toBeVisible()
  await expect(page.getByTestId('listen')).toHaveText(/Stop/)
})

test('a microphone that is denied is said in plain words, and the page goes on', async ({ page }) => {
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('denied', 'NotAllowedError'))
  })
  await page.goto('/')
  await demoReady(page)
  await page.getByTestId('listen').click()
  const message = page.locator('speech-error-message')
  await expect(message).toContainText('The microphone was not allowed')
  await expect(message).toContainText('microphone-denied')
  await picture(page, 'error-denied')
  await page.getByRole('button', { name: 'Close this message' }).click()
  await expect(message).not.toContainText('microphone-denied')
  await demoReady(page)
})

test('a microphone that is missing is said in plain words', async ({ page }) => {
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'))
  })
  await page.goto('/')
  await demoReady(page)
  await page.getByTestId('listen').click()
  await expect(page.locator('speech-error-message')).toContainText('No microphone was found')
})
