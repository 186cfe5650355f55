import { join } from 'node:path'
import { expect } from '@playwright/test'
import { ISOLATED } from '../support/addresses.ts'
import { demoReady, picture, SAMPLES, transcript } from '../support/demo-page.ts'
import { test } from '../support/microphone.ts'

const DIGITS = join(SAMPLES, 'en-digits-jackson.wav')

test('a page part that was moved loads again and hears', async ({ page }) => {
  await page.goto('/')
  await demoReady(page)
  await page.evaluate(() => {
    const place = document.createElement('div')
    document.body.append(place)
    const demo = document.querySelector('speech-demo')
    if (demo) place.append(demo)
  })
  await demoReady(page)
  await page.getByTestId('file').setInputFiles(DIGITS)
  await expect(page.locator('speech-transcript [part=result]').first()).toBeVisible()
})

test('the address of another model is opened under the strict policy', async ({ page }) => {
  await page.goto('/')
  await demoReady(page)
  await page.getByTestId('models').locator('summary').click()
  await page.getByLabel('Address of a manifest').fill('/nowhere/manifest.json')
  await page.getByRole('button', { name: 'Look' }).click()
  await expect(page.locator('speech-error-message')).toContainText('/nowhere/manifest.json')
})

test('a browser that cannot listen is told so before anybody clicks, and still analyzes files', async ({
  page,
}) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'mediaDevices', { value: undefined })
  })
  await page.goto('/')
  await expect(page.getByTestId('missing')).toContainText('cannot listen here')
  await expect(page.getByTestId('missing')).toContainText('getUserMedia')
  await expect(page.getByTestId('listen')).toBeDisabled()
  await expect(page.getByTestId('file')).toBeEnabled()
  await picture(page, 'cannot-listen')
  await page.getByTestId('file').setInputFiles(DIGITS)
  await expect(page.locator('speech-transcript [part=result]').first()).toBeVisible()
})

for (const [what, stub, said, filesWork] of [
  [
    'without AudioWorklet',
    () => Reflect.deleteProperty(globalThis, 'AudioWorkletNode'),
    /cannot listen here.*AudioWorklet.*Open this page in a current browser/s,
    true,
  ],
  [
    'that is not secure',
    () => Object.defineProperty(globalThis, 'isSecureContext', { value: false }),
    /cannot analyze speech here.*Serve the page over https/s,
    false,
  ],
] as const) {
  test(`a page ${what} says what to do before anybody clicks`, async ({ page }) => {
    await page.addInitScript(stub)
    await page.goto('/')
    await expect(page.getByTestId('missing')).toContainText(said)
    // It is no longer loading, and still cannot be started.
    await expect(page.getByTestId('listen')).toHaveText(/Start listening/)
    await expect(page.getByTestId('listen')).toBeDisabled()
    await expect(page.getByTestId('file')).toBeEnabled({ enabled: filesWork })
    await expect(page.locator('speech-error-message [part=message]')).toHaveCount(0)
  })
}

test('the language is chosen beside the microphone, and a forced one has no scores', async ({ page }) => {
  await page.goto('/')
  await demoReady(page)
  await page.getByTestId('language').selectOption('en')
  await page.getByTestId('file').setInputFiles(DIGITS)
  await expect(page.locator('speech-transcript [part=result]').first()).toBeVisible()
  await expect(page.locator('speech-language-scores [part=score]')).toHaveCount(0)
})

test('a worker that dies while listening is told, and listening works again', async ({ speaker }) => {
  const page = await speaker.open('about:blank', DIGITS)
  await page.addInitScript(() => {
    const workers: Worker[] = []
    globalThis.Worker = class extends Worker {
      constructor(address: string | URL, options?: WorkerOptions) {
        super(address, options)
        workers.push(this)
      }
    }
    Object.assign(globalThis, {
      killWorkers: () => {
        for (const worker of workers.splice(0)) worker.terminate()
      },
    })
  })
  await page.goto(`${ISOLATED}/`)
  await demoReady(page)
  await page.getByTestId('listen').click()
  await expect(page.getByTestId('listen')).toHaveText(/Stop/)
  await page.evaluate(() => (globalThis as unknown as { killWorkers(): void }).killWorkers())
  await expect(page.locator('speech-error-message [part=message]')).toContainText('worker-failed')
  await picture(page, 'error-worker')
  await expect(page.getByTestId('listen')).toHaveText(/Start listening/)
  const before = (await transcript(page)).length
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByTestId('listen')).toHaveText(/Stop/)
  await expect(page.locator('speech-error-message [part=message]')).toHaveCount(0)
  await expect(page.locator('speech-transcript [part=result]').nth(before)).toBeVisible()
  expect((await transcript(page))[before]).not.toBe('')
})

test('the same words said twice are announced twice', async ({ page }) => {
  await page.goto('/')
  await demoReady(page)
  await page.evaluate(() => {
    const told: string[] = []
    const region = document.querySelector('p.hidden[role=status]')
    if (region === null) throw new Error('there is no live region')
    const observer = new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) if (node instanceof HTMLSpanElement) told.push(node.textContent)
      }
    })
    observer.observe(region, { childList: true, subtree: true })
    Object.assign(globalThis, { told })
  })
  const announced = () => page.evaluate(() => (globalThis as unknown as { told: string[] }).told)
  for (const times of [1, 2]) {
    await page.getByTestId('file').setInputFiles(DIGITS)
    await expect.poll(async () => (await announced()).length).toBeGreaterThanOrEqual(times)
    await demoReady(page)
  }
  const told = await announced()
  expect(told.at(-1)).toBe(told[told.length / 2 - 1])
})
