import { TestReport } from './test-report.mjs'

/** Playwright's results as a {@link TestReport}: failing tests, and errors outside of them. */
export default class PlaywrightReporter {
  #report = new TestReport()
  #suite

  onBegin(_config, suite) {
    this.#suite = suite
  }

  onError(error) {
    this.#report.fail('outside of tests', error.message)
  }

  onEnd() {
    for (const test of this.#suite?.allTests() ?? []) {
      const outcome = test.outcome()
      if (outcome === 'skipped') this.#report.skipped += 1
      else if (outcome === 'unexpected') this.#report.failed += 1
      else this.#report.passed += 1
      if (outcome !== 'unexpected') continue
      const name = test.titlePath().filter((part) => part !== '')
      this.#report.fail(name.join(' › '), test.results.flatMap(({ errors }) => errors)[0]?.message)
    }
    this.#report.write()
  }

  printsToStdio() {
    return false
  }
}
