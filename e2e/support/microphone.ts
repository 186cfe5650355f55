import { type Browser, type BrowserContext, test as base, chromium, type Page } from '@playwright/test'

/** Chromium flags that play a WAV file as the microphone; Chromium starts it with the first capture and loops it. */
export function microphoneFlags(wavPath: string): string[] {
  return [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${wavPath}`,
    '--autoplay-policy=no-user-gesture-required',
  ]
}

/** What every launched browser gets: tests run as root in CI, and nothing may call home. */
export const QUIET_FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export interface Speaker {
  /** Opens `url` in a browser of its own whose microphone plays `wavPath`. */
  open(url: string, wavPath: string, setUp?: (context: BrowserContext) => Promise<void>): Promise<Page>
}

/** A test whose `speaker` opens pages with recorded speech as their microphone and closes them afterwards. */
export const test = base.extend<{ speaker: Speaker }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to see which fixtures are needed.
  speaker: async ({}, use) => {
    const browsers: Browser[] = []
    await use({
      async open(url, wavPath, setUp) {
        const browser = await chromium.launch({
          ...executable(),
          args: [...QUIET_FLAGS, ...microphoneFlags(wavPath)],
        })
        browsers.push(browser)
        const context = await browser.newContext({ permissions: ['microphone'] })
        await setUp?.(context)
        const page = await context.newPage()
        await page.goto(url)
        return page
      },
    })
    await Promise.all(browsers.map((browser) => browser.close()))
  },
})

/** Playwright's default headless shell has no microphone: `channel: 'chromium'` is the new headless mode of the full browser. */
export function executable(): { executablePath: string } | { channel: string } {
  const path = process.env['SENSEVOICE_CHROMIUM']
  return path === undefined ? { channel: 'chromium' } : { executablePath: path }
}
