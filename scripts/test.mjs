// `npm test`: installs what is missing, a browser included, and runs every check. All checks run even when one fails.
// `npm test -- unit e2e` runs only the named ones.
import './setup.mjs'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { findOrInstallChromium } from './lib/browser.mjs'
import { buildDemo } from './lib/build-packages.mjs'
import { pythonTests } from './lib/python.mjs'
import { root, run, tool } from './lib/run.mjs'

const reports = `${root}node_modules/.cache/sensevoice/reports`
rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })

const counts = { passed: 0, failed: 0, skipped: 0 }
const readReport = (name) => {
  try {
    return JSON.parse(readFileSync(`${reports}/${name}.json`, 'utf8'))
  } catch {
    return undefined
  }
}

async function vitest(name, ...args) {
  const code = await tool('vitest', [
    'run',
    ...args,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reports}/${name}.json`,
  ])
  const report = readReport(name)
  counts.passed += report?.numPassedTests ?? 0
  counts.failed += report?.numFailedTests ?? 0
  counts.skipped += report?.numPendingTests ?? 0
  return code
}

async function e2e() {
  const chromium = await findOrInstallChromium()
  console.log(`Browser: ${chromium}`)
  await buildDemo()
  const code = await tool('playwright', ['test', '-c', 'e2e/playwright.config.ts', '--reporter=list,json'], {
    env: { SENSEVOICE_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: `${reports}/e2e.json` },
  })
  const stats = readReport('e2e')?.stats
  counts.passed += (stats?.expected ?? 0) + (stats?.flaky ?? 0)
  counts.failed += stats?.unexpected ?? 0
  counts.skipped += stats?.skipped ?? 0
  return code
}

const checks = {
  lint: () => tool('biome', ['check', '--error-on-warnings', '.']),
  typecheck: () => run(process.execPath, ['scripts/typecheck.mjs']),
  reports: () => run(process.execPath, ['scripts/reports.mjs', '--check']),
  docs: () => tool('typedoc', ['--options', 'typedoc.json']),
  unit: () => vitest('unit'),
  livekit: () => vitest('livekit', '-c', 'e2e/livekit/vitest.config.ts'),
  models: () => pythonTests(counts),
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

if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}`)
console.log(
  `\ntests: ${counts.passed} passed, ${Math.max(counts.failed, failed.length)} failed, ${counts.skipped} skipped`,
)
process.exit(failed.length === 0 ? 0 : 1)
