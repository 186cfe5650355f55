import { inModels, readyPython } from './python.mjs'

/**
 * Installs a tritonserver out of its wheel (once) and runs the tests that need it. It is for Linux with glibc 2.35 and Debian's Python 3.11; elsewhere, and
 * where it cannot be fetched, they are skipped.
 *
 * @param test runs the tests, resolves with their exit code
 */
export async function tritonTests(counts, test) {
  const what = 'the tests against a real tritonserver'
  const ended = await readyPython(counts, what)
  if (ended !== undefined) return ended
  if ((await inModels('sensevoice_models.triton.install', [])) === 0) return await test()
  console.log(`Skipped: ${what}, since it could not be installed.`)
  counts.skipped += 1
  return 0
}
