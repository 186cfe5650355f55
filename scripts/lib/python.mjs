import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'
import { onceFor } from './stamp.mjs'

const models = join(root, 'models')
const python = join(models, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
const report = join(root, 'node_modules/.cache/sensevoice/reports/models.xml')

async function hasPython() {
  try {
    return (await run('python3', ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))'])) === 0
  } catch {
    return false
  }
}

/** The tests of `models/` (Python). Where there is no Python the rest of `npm test` still counts; CI must have one. */
export async function pythonTests(counts) {
  if (!(await hasPython())) {
    console.log(
      'Skipped: the tests of models/ need Python 3.10 or newer with venv, which this machine lacks.',
    )
    counts.skipped += 1
    return process.env.CI ? 1 : 0
  }
  let code = 0
  await onceFor(
    'python',
    ['models/requirements.lock', 'models/pyproject.toml', 'models/setup.sh'],
    'models/.venv',
    async () => {
      code = await run('bash', ['setup.sh'], { cwd: models })
      if (code !== 0) throw new Error('models/setup.sh failed')
    },
  )
  code = await run(python, ['-m', 'pytest', '-q', `--junitxml=${report}`], { cwd: models })
  if (existsSync(report)) {
    const [, head = ''] = /<testsuite ([^>]*)>/.exec(readFileSync(report, 'utf8')) ?? []
    const read = (name) => Number(new RegExp(`${name}="(\\d+)"`).exec(head)?.[1] ?? 0)
    const bad = read('failures') + read('errors')
    counts.failed += bad
    counts.skipped += read('skipped')
    counts.passed += read('tests') - bad - read('skipped')
  }
  return code
}
