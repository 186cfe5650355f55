import { defineConfig } from '@playwright/test'
import { ISOLATED, PLAIN } from './support/addresses.ts'
import { executable, QUIET_FLAGS } from './support/microphone.ts'

// One worker: the tests play sound in real time, and two browsers recognizing at once on two cores would measure each other.
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: 'artifacts/results',
  workers: 1,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 30_000 },
  forbidOnly: Boolean(process.env['CI']),
  retries: 0,
  use: {
    baseURL: ISOLATED,
    launchOptions: { ...executable(), args: QUIET_FLAGS },
    trace: 'retain-on-failure',
  },
  webServer: {
    command: 'node server.mjs',
    cwd: import.meta.dirname,
    url: `${PLAIN}/library/index.js`,
    reuseExistingServer: !process.env['CI'],
  },
})
