import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { demoReady, picture, SAMPLES, transcript } from '../support/demo-page.ts'
import { soundFile, timeline } from '../support/sounds.ts'

test.beforeEach(async ({ page }) => {
  await page.goto('/')
  await demoReady(page)
})

test('a dropped file is transcribed, and playback follows the transcript', async ({ page }) => {
  const base64 = readFileSync(join(SAMPLES, 'en-digits-jackson.wav')).toString('base64')
  await page.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))
    const transfer = new DataTransfer()
    transfer.items.add(new File([bytes], 'digits.wav', { type: 'audio/wav' }))
    const target = document.querySelector('.page')
    target?.dispatchEvent(
      new DragEvent('dragover', { dataTransfer: transfer, bubbles: true, cancelable: true }),
    )
    target?.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
  }, base64)
  const result = page.locator('speech-transcript [part=result]').first()
  await expect(result).toContainText('3 1 4 1 5')
  const audio = page.locator('audio')
  await result.click()
  await expect
    .poll(() => audio.evaluate((element: HTMLAudioElement) => element.readyState))
    .toBeGreaterThan(0)
  await audio.evaluate(async (element: HTMLAudioElement) => {
    element.muted = true
    await element.play()
  })
  await expect(page.locator('speech-transcript mark')).not.toBeEmpty()
})

test('of a long file the newest words are in view, then those that are played', async ({ page }) => {
  const clips = Array.from({ length: 10 }, () => [{ clip: 'en-go-left' }, { silenceMs: 900 }]).flat()
  await page.getByTestId('file').setInputFiles(soundFile('long', timeline(clips)))
  await expect(page.getByTestId('analysis')).toHaveCount(0)
  await expect(page.locator('speech-transcript [part=result]')).toHaveCount(10)
  const place = () =>
    page
      .locator('speech-transcript')
      .evaluate((list) => [list.scrollTop, list.scrollHeight - list.clientHeight - list.scrollTop])
  await expect.poll(async () => (await place())[1]).toBeLessThan(5)
  expect((await place())[0]).toBeGreaterThan(100)
  const second = page.locator('speech-transcript [part=result]').nth(1)
  await page.locator('audio').evaluate((audio: HTMLAudioElement) => {
    // The second of ten clips of 1.79 s with 0.9 s between them.
    audio.currentTime = 3.6
  })
  await expect(second).toHaveAttribute('data-playing')
  await expect.poll(async () => (await place())[0]).toBeLessThan(100)
})

test('the recorded samples give their words, each in its language', async ({ page }) => {
  await page.getByRole('button', { name: 'English commands' }).click()
  await expect(page.locator('speech-transcript [part=meta]').first()).toContainText('English')
  await page.getByRole('button', { name: 'Mandarin words' }).click()
  await expect(page.locator('speech-transcript [part=meta]').first()).toContainText('Mandarin')
  expect((await transcript(page)).join('')).toContain('语音')
  await picture(page, 'file-mandarin')
})

test('of several files the one that failed is still told when the others are done', async ({ page }) => {
  await page.getByTestId('file').setInputFiles([
    { name: 'page.wav', mimeType: 'audio/wav', buffer: Buffer.from('<!doctype html>') },
    {
      name: 'digits.wav',
      mimeType: 'audio/wav',
      buffer: readFileSync(join(SAMPLES, 'en-digits-jackson.wav')),
    },
  ])
  await expect(page.locator('speech-transcript [part=result]').first()).toContainText('3 1 4 1 5')
  await expect(page.locator('speech-error-message [part=message]')).toContainText('unsupported-audio')
})

for (const [address, message] of [
  ['http://', /invalid-argument/],
  ['/nowhere/manifest.json', /model-not-found/],
] as const) {
  test(`that there is no model at ${address} is said, and the built-in model is there`, async ({ page }) => {
    await page.goto(`/?model=${address}`)
    await expect(page.locator('speech-error-message [part=message]')).toContainText(message)
    await demoReady(page)
    await expect(page.locator('.words dd').first()).toBeVisible()
    await expect(page.locator('speech-error-message [part=message]')).toContainText(message)
  })
}

test('a file that is no sound is refused in plain words, and the next one still works', async ({ page }) => {
  await page
    .getByTestId('file')
    .setInputFiles({ name: 'page.wav', mimeType: 'audio/wav', buffer: Buffer.from('<!doctype html>') })
  await expect(page.locator('speech-error-message [part=message]')).toBeVisible()
  await picture(page, 'error-file')
  await page.getByTestId('file').setInputFiles(join(SAMPLES, 'en-digits-jackson.wav'))
  await expect(page.locator('speech-transcript [part=result]').first()).toContainText('3 1 4 1 5')
  await expect(page.locator('speech-error-message [part=message]')).toHaveCount(0)
})

test('a transcript is saved in four formats', async ({ page }) => {
  await page.getByTestId('file').setInputFiles(join(SAMPLES, 'en-digits-jackson.wav'))
  await expect(page.locator('speech-transcript [part=result]').first()).toBeVisible()
  const saved: Record<string, string> = {}
  for (const [name, ending] of [
    ['Text', 'txt'],
    ['JSON', 'json'],
    ['SRT', 'srt'],
    ['WebVTT', 'vtt'],
  ] as const) {
    const waiting = page.waitForEvent('download')
    await page.getByRole('button', { name: `Save as ${name}` }).click()
    const download = await waiting
    expect(download.suggestedFilename()).toBe(`transcript.${ending}`)
    saved[ending] = readFileSync(await download.path(), 'utf8')
  }
  expect(saved['txt']).toContain('3 1 4 1 5')
  expect(JSON.stringify(JSON.parse(saved['json'] ?? ''))).toContain('languageScores')
  expect(saved['srt']).toMatch(/^1\n00:00:\d\d,\d{3} --> 00:00:\d\d,\d{3}\n/)
  expect(saved['vtt']).toMatch(/^WEBVTT\n/)
})

test('settings change the next result and are there after a reload', async ({ page }) => {
  await page.getByText('Settings', { exact: true }).click()
  await page.getByTestId('itn').uncheck()
  await page.getByTestId('language').selectOption('en')
  await page.getByTestId('theme').selectOption('dark')
  await page.reload()
  await demoReady(page)
  await expect(page.getByTestId('itn')).not.toBeChecked()
  await page.getByTestId('file').setInputFiles(join(SAMPLES, 'en-digits-jackson.wav'))
  await expect(page.locator('speech-transcript [part=result]').first()).toContainText(
    'three one four one five',
  )
  await expect(page.locator('speech-language-scores')).toContainText('English was set')
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
})
