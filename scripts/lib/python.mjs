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

/** Runs a module of `models/` by its own Python. @returns the exit code */
export function inModels(module, args) {
  return run(python, ['-m', module, ...args], { cwd: models })
}

/**
 * Makes the Python of `models/` ready. Where there is none the rest of `npm test` still counts; CI must have one.
 *
 * @param what the check in words, for the message
 * @returns the exit code of the check that ends here, or undefined when it can go on
 */
export async function readyPython(counts, what) {
  if (!(await hasPython())) {
    console.log(`Skipped: ${what}, for want of Python 3.11 or newer with venv on this machine.`)
    counts.skipped += 1
    return process.env.CI ? 1 : 0
  }
  return (await run('bash', ['setup.sh'], { cwd: models })) || undefined
}

/** The tests of `models/` (Python). */
export async function pythonTests(counts) {
  const ended = await readyPython(counts, 'the tests of models/')
  if (ended !== undefined) return ended
  const format = await inModels('ruff', ['format', '--check', '.'])
  const lint = await inModels('ruff', ['check', '.'])
  const tests = await inModels('pytest', ['-q', `--junitxml=${report}`])
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
