import { chromium } from '@playwright/test'

const [round = 'a'] = process.argv.slice(2)
const SAMPLE = '/work/main/demo/public/samples/en-digits-jackson.wav'
const b = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${SAMPLE}`,
    '--autoplay-policy=no-user-gesture-required',
  ],
})
const open = async (o, init) => {
  const c = await b.newContext({ permissions: ['microphone'], ...o })
  const p = await c.newPage()
  p.on('console', (m) => ['error', 'warning'].includes(m.type()) && console.log(m.type(), m.text()))
  p.on('pageerror', (e) => console.log('PAGEERROR', e.message))
  if (init) await p.addInitScript(init)
  const t = Date.now()
  await p.goto('http://localhost:4711/')
  await p.waitForFunction(() =>
    /Start/.test(document.querySelector('[data-testid=listen]')?.textContent ?? ''),
  )
  console.log('ready', Date.now() - t)
  return p
}
const shot = (p, n, full = true) => p.screenshot({ path: `/tmp/dx/${round}-${n}.png`, fullPage: full })
let p = await open({ viewport: { width: 1280, height: 900 } })
await shot(p, 'wide-empty', false)
await p.getByTestId('listen').click()
await p.locator('speech-transcript [part=result]').first().waitFor()
await p.waitForTimeout(1500)
await shot(p, 'wide-listening')
await p.getByTestId('listen').click()
p = await open({ viewport: { width: 375, height: 812 }, colorScheme: 'dark' })
for (const s of await p.locator('[data-sample]').all()) {
  await s.click()
  await p.waitForTimeout(1500)
  console.log(
    await s.getAttribute('data-sample'),
    await p.locator('speech-transcript [part=text]').allTextContents(),
    await p.locator('speech-transcript [part=meta]').allTextContents(),
  )
}
for (const s of await p.locator('summary').all()) await s.click()
await shot(p, 'phone-dark')
console.log('overflow', await p.evaluate(() => document.documentElement.scrollWidth - innerWidth))
p = await open({ viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }, () => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('denied', 'NotAllowedError'))
})
await p.getByTestId('listen').click()
await p.locator('speech-error-message [part=message]').waitFor()
await shot(p, 'wide-dark-denied', false)
await b.close()
