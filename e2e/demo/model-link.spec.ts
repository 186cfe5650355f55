import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type { Fault, FaultServer } from '../../packages/onnx/src/test-data/fault-server.ts'
import { violations } from '../support/axe.ts'
import { demoReady, picture } from '../support/demo-page.ts'
import {
  hostModel,
  hostModelWithMirror,
  hostNewerModel,
  MANIFEST_PATH,
  MODEL_PATH,
  startModelHost,
} from '../support/model-host.ts'
import { putFolder } from '../support/put-folder.ts'

const DEMO = '/demo/index.html?sw=off'
const LINK = `${DEMO}&model=${MANIFEST_PATH}`

let server: FaultServer
test.beforeAll(async () => {
  server = await startModelHost()
  putFolder(server, '/demo/', join(import.meta.dirname, '../../demo/dist'))
})
test.afterAll(() => server.stop())
test.beforeEach(() => hostModel(server))

const modelRequests = () => server.requests.filter(({ path }) => path === MODEL_PATH).length
const models = (page: Page) => page.getByTestId('models')
const kept = (page: Page) => models(page).locator('[data-stored]')
const offer = (page: Page) => models(page).getByRole('list', { name: 'At that address' })
const downloadButton = (page: Page) => offer(page).getByRole('button', { name: /^Download/ })

async function open(page: Page, address: string): Promise<void> {
  await page.goto(server.url(address))
  await demoReady(page)
}

/** Opens the link and downloads its model by a click. */
async function download(page: Page): Promise<void> {
  await open(page, LINK)
  await downloadButton(page).click()
  await expect(kept(page)).toContainText('in use')
  await demoReady(page)
}

test('a model that a link asks for is offered and not downloaded, until a click', async ({ page }) => {
  hostModelWithMirror(server, 'https://mirror.example/model.onnx')
  await open(page, LINK)
  const { host } = new URL(server.url('/'))
  await expect(page.getByTestId('question')).toContainText('(3.2 MB) is not in this browser')
  await expect(offer(page)).toContainText(
    `3.2 MB from ${host} or mirror.example. Licence: Creative Commons Attribution-ShareAlike 4.0 International. sensevoice-web contributors`,
  )
  await expect(downloadButton(page)).toBeVisible()
  await expect(page.locator('.words dd').first()).toBeVisible()
  await expect(kept(page)).toHaveCount(0)
  expect(modelRequests()).toBe(0)
  expect(await violations(page)).toEqual([])
  await picture(page, 'model-offer')
  await downloadButton(page).click()
  await expect(kept(page)).toContainText('in use')
  await demoReady(page)
  await expect(page.getByTestId('question')).toHaveCount(0)
  expect(modelRequests()).toBe(1)
})

test('the offer fits on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 375, height: 812 })
  await open(page, LINK)
  await page.getByRole('link', { name: 'Licence and download' }).click()
  await expect(downloadButton(page)).toBeInViewport()
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBeLessThanOrEqual(0)
  await picture(page, 'model-offer-phone')
})

test('the link loads at once what is stored whole, by itself and without a network too', async ({ page }) => {
  await download(page)
  await open(page, LINK)
  await expect(page.getByTestId('question')).toHaveCount(0)
  await models(page).locator('summary').click()
  await expect(kept(page)).toContainText('in use')
  server.put(MANIFEST_PATH, new Uint8Array(), Array<Fault>(20).fill({ type: 'dead' }))
  await open(page, LINK)
  await models(page).locator('summary').click()
  await expect(kept(page)).toContainText('in use')
  expect(modelRequests()).toBe(1)
})

test('a part of a download is no word to go on with it', async ({ page }) => {
  hostModel(server, [{ type: 'slow', pieceBytes: 200_000, pauseMs: 400 }])
  await open(page, LINK)
  await downloadButton(page).click()
  await expect(page.locator('speech-load-progress')).toContainText(
    /Loading the model\s*([4-9]\d\d kB|[1-9][.\d]* MB)/,
  )
  await page.getByTestId('cancel-model').click()
  await demoReady(page)
  await expect(kept(page)).toContainText('have come so far')
  await open(page, LINK)
  await expect(downloadButton(page)).toBeVisible()
  expect(modelRequests()).toBe(1)
})

test('of a remembered model another version is offered, and not downloaded until a click', async ({
  page,
}) => {
  await download(page)
  hostNewerModel(server)
  await open(page, DEMO)
  await expect(page.getByTestId('question')).toContainText('has another version')
  await expect(page.locator('.words dd').first()).toBeVisible()
  await kept(page).getByRole('button', { name: /^Use/ }).click()
  await demoReady(page)
  await expect(downloadButton(page)).toBeVisible()
  expect(modelRequests()).toBe(0)
  await picture(page, 'model-newer')
  await downloadButton(page).click()
  await expect(kept(page)).toContainText('in use')
  await demoReady(page)
  await expect(kept(page)).toHaveCount(1)
  expect(modelRequests()).toBe(1)
  await open(page, DEMO)
  await expect(page.getByTestId('question')).toHaveCount(0)
  expect(modelRequests()).toBe(1)
})

test('of a bare model that a link asks for the size alone is asked', async ({ page }) => {
  const asked: string[] = []
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === MODEL_PATH) asked.push(request.method())
  })
  await open(page, `${DEMO}&model=${MODEL_PATH}`)
  await expect(offer(page)).toContainText('model.int8.onnx')
  await expect(offer(page)).toContainText('Licence: not stated')
  await expect(downloadButton(page)).toHaveText(/3\.2 MB/)
  expect(asked).toEqual(['HEAD'])
  await downloadButton(page).click()
  await expect(kept(page)).toContainText('in use')
})
