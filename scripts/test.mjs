// `npm test`: installs what is missing, a browser included, and runs every check. All checks run even when one fails.
// `npm test -- unit e2e` runs only the named ones.
import './setup.mjs'
import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findOrInstallChromium } from './lib/browser.mjs'
import { buildDemo } from './lib/build-packages.mjs'
import { fullSizeTests } from './lib/full-size.mjs'
import { pythonTests } from './lib/python.mjs'
import { root, run, tool } from './lib/run.mjs'
import { REPORT_VARIABLE, readTestReport } from './lib/test-report.mjs'
import { tritonTests } from './lib/triton.mjs'

const reports = `${root}node_modules/.cache/sensevoice/reports`
rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })

const counts = { passed: 0, failed: 0, skipped: 0 }
const failures = []
const reporter = (name) => fileURLToPath(new URL(`lib/${name}.mjs`, import.meta.url))

/** Runs a test runner with one of our reporters beside its own, and counts what that one wrote. */
async function counted(name, args, env = {}) {
  const path = `${reports}/${name}.json`
  const code = await tool(args[0], args.slice(1), { env: { ...env, [REPORT_VARIABLE]: path } })
  const report = readTestReport(path)
  for (const kind of Object.keys(counts)) counts[kind] += report[kind]
  failures.push(...report.failures)
  return code
}

const vitest = (name, args = [], env = {}) =>
  counted(
    name,
    ['vitest', 'run', ...args, '--reporter=default', `--reporter=${reporter('vitest-reporter')}`],
    env,
  )

async function e2e() {
  const chromium = await findOrInstallChromium()
  console.log(`Browser: ${chromium}`)
  await buildDemo()
  const reporters = `--reporter=list,${reporter('playwright-reporter')}`
  return counted('e2e', ['playwright', 'test', '-c', 'e2e/playwright.config.ts', reporters], {
    SENSEVOICE_CHROMIUM: chromium,
  })
}

const checks = {
  lint: () => tool('biome', ['check', '--error-on-warnings', '.']),
  typecheck: () => run(process.execPath, ['scripts/typecheck.mjs']),
  reports: () => run(process.execPath, ['scripts/reports.mjs', '--check']),
  docs: () => tool('typedoc', ['--options', 'typedoc.json']),
  unit: () => vitest('unit'),
  livekit: () => vitest('livekit', ['-c', 'e2e/livekit/vitest.config.ts']),
  // Before models, whose tests take the same server.
  triton: () =>
    tritonTests(counts, () =>
      vitest('triton', [
        'packages/server/src/backend/triton/triton-server',
        'packages/server/src/backend/triton/triton-tiny',
      ]),
    ),
  models: () => pythonTests(counts),
  'full-size': () =>
    fullSizeTests(counts, (env) =>
      vitest('full-size', ['-c', 'packages/server/full-size.vitest.config.ts'], env),
    ),
  e2e,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in checks))
if (unknown.length > 0) {
  console.error(`No such check: ${unknown.join(', ')}. There are: ${Object.keys(checks).join(', ')}.`)
  process.exit(2)
}

const failed = []
for (const [name, check] of Object.entries(checks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.log(`\n=== ${name} ===`)
  const started = performance.now()
  let code
  try {
    code = await check()
  } catch (error) {
    console.error(error)
    code = 1
  }
  console.log(
    `=== ${name}: ${code === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s ===`,
  )
  if (code !== 0) failed.push(name)
}

if (failures.length > 0) console.error(`\n${failures.join('\n')}`)
if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}`)
console.log(
  `\ntests: ${counts.passed} passed, ${Math.max(counts.failed, failed.length)} failed, ${counts.skipped} skipped`,
)
process.exit(failed.length === 0 ? 0 : 1)
