import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { bin } from './run.mjs'
import { REPORT_VARIABLE, readTestReport } from './test-report.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Runs a test runner over the files in a folder where `@playwright/test` is found, and reads what our reporter wrote. */
async function reportOf(runner: 'vitest' | 'playwright', files: Record<string, string>, args: string[]) {
  const parent = fileURLToPath(new URL('../../e2e/test-results/', import.meta.url))
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'report-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const [command, prefix] = bin(runner)
  const path = join(folder, 'report.json')
  const child = spawn(command, [...prefix, ...args], {
    cwd: folder,
    env: { ...process.env, [REPORT_VARIABLE]: path },
    stdio: 'ignore',
  })
  const [code] = await once(child, 'exit')
  expect(code).toBe(1)
  return readTestReport(path)
}

const TESTS = `
test('holds', () => { expect(1).toBe(1) })
test('breaks', () => { expect(1, 'the sum').toBe(2) })
test.skip('waits', () => {})
`

test('a run of Vitest tells counts, failures, files that cannot be loaded and errors outside of tests', async () => {
  const report = await reportOf(
    'vitest',
    {
      'vitest.config.mjs': 'export default {}',
      'some.test.mjs': TESTS,
      'none.test.mjs': "import './missing.mjs'",
      'late.test.mjs': "test('passes', () => { Promise.reject(new Error('nobody waits')) })",
    },
    ['run', '--root', '.', '--globals', `--reporter=${here}vitest-reporter.mjs`],
  )
  expect(report).toMatchObject({ passed: 2, failed: 1, skipped: 1 })
  expect(report.failures.sort()).toEqual([
    expect.stringMatching(/^ {2}none\.test\.mjs\n.*missing\.mjs/),
    expect.stringMatching(/^ {2}outside of tests\n.*nobody waits/),
    expect.stringMatching(/^ {2}some\.test\.mjs › breaks\n.*the sum/),
  ])
})

test('a run of Playwright tells counts, failures and errors outside of tests', async () => {
  const report = await reportOf(
    'playwright',
    {
      'some.spec.ts': `import { expect, test } from '@playwright/test'\n${TESTS}`,
      'none.spec.ts': "import './missing.mjs'",
    },
    ['test', '--output=out', `--reporter=${here}playwright-reporter.mjs`],
  )
  // A file that cannot be loaded keeps Playwright from running any.
  expect(report).toMatchObject({ passed: 0, failed: 0 })
  expect(report.failures).toEqual([expect.stringMatching(/^ {2}outside of tests\n.*missing\.mjs/)])

  const counted = await reportOf(
    'playwright',
    { 'some.spec.ts': `import { expect, test } from '@playwright/test'\n${TESTS}` },
    ['test', '--output=out', `--reporter=${here}playwright-reporter.mjs`],
  )
  expect(counted).toMatchObject({ passed: 1, failed: 1, skipped: 1 })
  expect(counted.failures).toEqual([expect.stringMatching(/^ {2}some\.spec\.ts › breaks\n.*the sum/)])
})

test('a run that ended before it could report tells nothing', () => {
  expect(readTestReport(join(here, 'no-such-report.json'))).toMatchObject({ passed: 0, failures: [] })
})
