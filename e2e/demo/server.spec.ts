import { expect, type Page } from '@playwright/test'
import { OpenAiStandIn, tone } from '@sensevoice-web/pipeline/testing'
import { TALKATIVE } from '../support/addresses.ts'
import { violations } from '../support/axe.ts'
import { type RunningCompanion, serve } from '../support/commands.ts'
import { demoReady, picture, transcript } from '../support/demo-page.ts'
import { test } from '../support/microphone.ts'
import { soundFile, timeline } from '../support/sounds.ts'

const SOUND = soundFile(
  'server',
  timeline([{ silenceMs: 500 }, { clip: 'en-three-one-four' }, { silenceMs: 1500 }]),
)

let server: RunningCompanion
test.beforeEach(async () => {
  server = await serve('--token', 'let-me-in')
})
test.afterEach(() => server.kill())

const card = (page: Page) => page.getByTestId('server')

async function speak(page: Page): Promise<void> {
  const before = (await transcript(page)).length
  await page.getByTestId('listen').click()
  await expect.poll(async () => (await transcript(page)).length).toBeGreaterThan(before)
  await page.getByTestId('listen').click()
  await expect(page.getByTestId('listen')).toHaveText(/Start listening/)
}

async function use(page: Page, token: string): Promise<void> {
  await card(page)
    .getByLabel('Address')
    .fill(`${server.url.replace('http', 'ws')}/ws/demo`)
  await card(page).getByLabel('Token').fill(token)
  await card(page).getByRole('button', { name: 'Use this server' }).click()
}

test('a visitor switches between the page and a server, sees both latencies, and is told when the server goes', async ({
  speaker,
}) => {
  const page = await speaker.open(TALKATIVE, SOUND)
  await demoReady(page)
  await speak(page)
  await card(page).locator('summary').click()
  await use(page, 'let-me-in')
  await demoReady(page)
  await expect(card(page)).toContainText('Analyzed by 127.0.0.1')
  await expect(page.locator('speech-runtime-badge')).toContainText('SERVER')
  await expect(page.locator('footer')).toContainText('Sound is sent to 127.0.0.1')
  await speak(page)
  const latencies = page.getByTestId('place-latencies')
  await expect(latencies).toContainText(/In this page\s+\d+ ms over \d+/)
  await expect(latencies).toContainText(/By the server\s+\d+ ms over \d+, of which the network \d+ ms/)
  await page.mouse.move(0, 0)
  expect(await violations(page)).toEqual([])
  await picture(page, 'server')

  await server.kill()
  const before = (await transcript(page)).length
  await speak(page)
  await expect(card(page)).toContainText('is away')
  await expect(page.getByTestId('server-state')).toContainText('The server is gone')
  await expect(page.locator('speech-runtime-badge')).toContainText('WASM')
  expect((await transcript(page)).slice(before).join(' ')).toContain('3 1 4')

  await page.getByTestId('leave-server').click()
  await demoReady(page)
  await expect(card(page)).toContainText('Analyzed in this page')
  await expect(page.locator('footer')).toContainText('no sound and no text leaves the page')
})

test('a server that refuses the token is told, and the page is ready by itself', async ({ page }) => {
  await page.goto(TALKATIVE)
  await demoReady(page)
  await card(page).locator('summary').click()
  await use(page, 'wrong')
  await demoReady(page)
  await expect(page.getByTestId('server-state')).toContainText('The server is not there')
  await card(page).getByLabel('Address').fill('http://[')
  await card(page).getByRole('button', { name: 'Use this server' }).click()
  await expect(page.locator('speech-error-message')).toContainText('wss://example.org')
})

test('a new visit offers the address again, and sends nothing there by itself', async ({ page }) => {
  await page.goto(TALKATIVE)
  await demoReady(page)
  await card(page).locator('summary').click()
  await use(page, 'let-me-in')
  await expect(page.locator('speech-runtime-badge')).toContainText('SERVER')
  await page.reload()
  await demoReady(page)
  await expect(page.locator('speech-runtime-badge')).toContainText('WASM')
  await card(page).locator('summary').click()
  await expect(card(page).getByLabel('Address')).toHaveValue(/\/ws\/demo$/)
  await expect(card(page).getByLabel('Token')).toHaveValue('')
})

test('a server that answers does so when the visitor wants it, with a face that speaks', async ({
  speaker,
}) => {
  const standIn = await OpenAiStandIn.start({
    chat: () => [{ say: '[happy] Three one four ' }, { say: 'is nearly pi. ' }],
    speech: () => [{ sound: tone(3000) }],
  })
  await server.kill()
  const models = ['--llm-model', 'stand-in', '--voice-model', 'stand-in']
  server = await serve('--token', 'let-me-in', '--llm-url', standIn.baseUrl, ...models)
  try {
    const page = await speaker.open(TALKATIVE, SOUND)
    await demoReady(page)
    const answers = page.getByTestId('answers')
    await expect(answers).toHaveCount(0)
    await card(page).locator('summary').click()
    await use(page, 'let-me-in')
    await expect(answers).toBeVisible()
    await demoReady(page)
    await speak(page)
    expect(standIn.requests).toEqual([])

    await page.getByTestId('want-answers').check()
    await demoReady(page)
    await page.getByTestId('listen').click()
    const answer = page.getByTestId('answer')
    await expect(answer).toContainText('Three one four is nearly pi.')
    const face = answers.locator('talking-face svg')
    await expect.poll(async () => Number(await face.getAttribute('data-openness'))).toBeGreaterThan(0.2)
    await picture(page, 'conversation')
    await page.getByTestId('interrupt').click()
    await expect(answer).toHaveAttribute('data-state', 'interrupted')
    await expect.poll(async () => Number(await face.getAttribute('data-openness'))).toBe(0)
    await page.getByTestId('listen').click()
    await page.mouse.move(0, 0)
    expect(await violations(page)).toEqual([])
  } finally {
    await standIn.close()
  }
})
