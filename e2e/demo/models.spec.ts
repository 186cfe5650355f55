import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type { FaultServer } from '../../packages/onnx/src/test-data/fault-server.ts'
import { violations } from '../support/axe.ts'
import { demoReady, picture, SAMPLES, transcript } from '../support/demo-page.ts'
import { hostModel, MANIFEST_PATH, MODEL, MODEL_PATH, startModelHost, TOKENS } from '../support/model-host.ts'
import { putFolder } from '../support/put-folder.ts'

const DIGITS = join(SAMPLES, 'en-digits-jackson.wav')
const DEMO = '/demo/index.html'

let server: FaultServer
test.beforeAll(async () => {
  server = await startModelHost()
  putFolder(server, '/demo/', join(import.meta.dirname, '../../demo/dist'))
})
test.afterAll(() => server.stop())
test.beforeEach(async ({ page }) => {
  hostModel(server)
  await page.goto(server.url(`${DEMO}?sw=off`))
  await demoReady(page)
  await page.getByTestId('models').locator('summary').click()
})

const modelRequests = () => server.requests.filter(({ path }) => path === MODEL_PATH).length
const models = (page: Page) => page.getByTestId('models')

/** Asks for the stand-in by its address, as far as the button that downloads it. */
async function look(page: Page): Promise<void> {
  await models(page).getByLabel('Address of a manifest').fill(MANIFEST_PATH)
  await models(page).getByRole('button', { name: 'Look' }).click()
  await expect(models(page).getByRole('button', { name: /^Download 3\.2 MB/ })).toBeVisible()
}

async function download(page: Page): Promise<void> {
  await look(page)
  await models(page)
    .getByRole('button', { name: /^Download 3\.2 MB/ })
    .click()
}

test('the published model is offered with its size, licence and hosts, and not asked for', async ({
  page,
}) => {
  const foreign: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url(''))) foreign.push(request.url())
  })
  const offer = models(page).locator('[data-offer=sensevoice-small]')
  await expect(offer).toContainText('SenseVoiceSmall')
  await expect(offer).toContainText('240 MB from huggingface.co or hf-mirror.com')
  await expect(offer).toContainText('FunASR Model License 1.1')
  await expect(offer).toContainText('FunAudioLLM')
  await expect(offer.getByRole('button')).toHaveText(/Download 240 MB/)
  await page.reload()
  await demoReady(page)
  expect(foreign.filter((url) => url.startsWith('http'))).toEqual([])
  await models(page).locator('summary').click()
  expect(await violations(page)).toEqual([])
  await picture(page, 'models')
})

test('a model by its address is looked at first, downloaded by a click, used, remembered and removed', async ({
  page,
}) => {
  await look(page)
  await expect(models(page)).toContainText('from 127.0.0.1')
  expect(modelRequests()).toBe(0)
  await models(page)
    .getByRole('button', { name: /^Download 3\.2 MB/ })
    .click()
  await demoReady(page)
  const kept = models(page).locator('[data-stored]')
  await expect(kept).toContainText('in this browser')
  await expect(kept).toContainText('in use')
  expect(modelRequests()).toBe(1)
  await page.getByTestId('file').setInputFiles(DIGITS)
  await expect(page.locator('speech-transcript [part=result]').first()).toBeVisible()
  await page.reload()
  await demoReady(page)
  await models(page).locator('summary').click()
  await expect(kept).toContainText('in use')
  expect(modelRequests()).toBe(1)
  await kept.getByRole('button', { name: /^Remove/ }).click()
  await demoReady(page)
  await expect(kept).toHaveCount(0)
  await page.reload()
  await demoReady(page)
  expect(modelRequests()).toBe(1)
})

test('a download is stopped, and gone on with later', async ({ page }) => {
  hostModel(server, [{ type: 'slow', pieceBytes: 200_000, pauseMs: 400 }])
  await download(page)
  await expect(page.locator('speech-load-progress')).toContainText(/Loading the model/)
  await picture(page, 'downloading')
  await expect(page.locator('speech-load-progress')).toContainText(
    /Loading the model\s*([4-9]\d\d kB|[1-9][.\d]* MB)/,
  )
  await page.getByTestId('cancel-model').click()
  await demoReady(page)
  const kept = models(page).locator('[data-stored]')
  await expect(kept).toContainText('have come so far')
  await kept.getByRole('button', { name: /^Go on/ }).click()
  await expect(kept).toContainText('in use')
  await demoReady(page)
  expect(server.requests.at(-1)?.range ?? server.requests.find(({ range }) => range)?.range).toMatch(
    /^bytes=\d+-/,
  )
  await page.getByTestId('file').setInputFiles(DIGITS)
  await expect(page.locator('speech-transcript [part=result]').first()).toBeVisible()
})

test('files of the visitor are opened by the chooser and by drop; sound is still sound', async ({ page }) => {
  const model = { name: 'mine.onnx', mimeType: 'application/octet-stream', buffer: Buffer.from(MODEL) }
  const tokens = { name: 'tokens.txt', mimeType: 'text/plain', buffer: Buffer.from(TOKENS) }
  await page.getByTestId('model-files').setInputFiles([model])
  await expect(page.locator('speech-error-message')).toContainText('token list')
  await page.getByTestId('model-files').setInputFiles([model, tokens])
  await demoReady(page)
  await expect(models(page)).toContainText('mine.onnx')
  await page.getByTestId('file').setInputFiles(DIGITS)
  await expect(page.locator('speech-transcript [part=result]').first()).toBeVisible()
  const said = await transcript(page)
  const drop = await page.evaluateHandle(
    ([onnx, list]) => {
      const data = new DataTransfer()
      data.items.add(new File([Uint8Array.from(atob(onnx), (c) => c.charCodeAt(0))], 'dropped.onnx'))
      data.items.add(new File([list], 'tokens.txt'))
      return data
    },
    [Buffer.from(MODEL).toString('base64'), TOKENS.toString()] as const,
  )
  await page.locator('.page').dispatchEvent('drop', { dataTransfer: drop })
  await expect(models(page)).toContainText('dropped.onnx')
  await demoReady(page)
  expect(await transcript(page)).toEqual(said)
})

test('what is no SenseVoice is refused by name, and the built-in model can be taken again', async ({
  page,
}) => {
  const wrong = readFileSync(
    join(import.meta.dirname, '../../packages/browser/dist/models/silero_vad_v6.onnx'),
  )
  await page.getByTestId('model-files').setInputFiles([
    { name: 'vad.onnx', mimeType: 'application/octet-stream', buffer: wrong },
    { name: 'tokens.txt', mimeType: 'text/plain', buffer: Buffer.from(TOKENS) },
  ])
  await expect(page.locator('speech-error-message')).toContainText(/SenseVoice/)
  await models(page).getByRole('button', { name: 'Use the built-in model' }).click()
  await demoReady(page)
  await expect(page.locator('speech-error-message')).not.toContainText(/SenseVoice/)
})

test('the choice works by keyboard', async ({ page }) => {
  await models(page).getByLabel('Address of a manifest').focus()
  await page.keyboard.type(MANIFEST_PATH)
  await page.keyboard.press('Enter')
  const button = models(page).getByRole('button', { name: /^Download 3\.2 MB/ })
  await expect(button).toBeVisible()
  for (let step = 0; step < 6; step += 1) {
    await page.keyboard.press('Tab')
    if (await button.evaluate((element) => element === document.activeElement)) break
  }
  await expect(button).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(models(page).locator('[data-stored]')).toContainText('in use')
})
