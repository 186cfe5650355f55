import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'

const models = join(root, 'models')
const python = join(models, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
const report = join(root, 'node_modules/.cache/sensevoice/reports/models.xml')

async function hasPython() {
  try {
    return (await run('python3', ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 11))'])) === 0
  } catch {
    return false
  }
}

/** The tests of `models/` (Python). Where there is no Python the rest of `npm test` still counts; CI must have one. */
export async function pythonTests(counts) {
  if (!(await hasPython())) {
    console.log(
      'Skipped: the tests of models/ need Python 3.11 or newer with venv, which this machine lacks.',
    )
    counts.skipped += 1
    return process.env.CI ? 1 : 0
  }
  const setUp = await run('bash', ['setup.sh'], { cwd: models })
  if (setUp !== 0) return setUp
  const format = await run(python, ['-m', 'ruff', 'format', '--check', '.'], { cwd: models })
  const lint = await run(python, ['-m', 'ruff', 'check', '.'], { cwd: models })
  const tests = await run(python, ['-m', 'pytest', '-q', `--junitxml=${report}`], { cwd: models })
  if (existsSync(report)) {
    const [, head = ''] = /<testsuite ([^>]*)>/.exec(readFileSync(report, 'utf8')) ?? []
    const read = (name) => Number(new RegExp(`${name}="(\\d+)"`).exec(head)?.[1] ?? 0)
    const bad = read('failures') + read('errors')
    counts.failed += bad
    counts.skipped += read('skipped')
    counts.passed += read('tests') - bad - read('skipped')
  }
  return format || lint || tests
}
