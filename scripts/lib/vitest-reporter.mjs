import { TestReport } from './test-report.mjs'

/** Vitest's results as a {@link TestReport}: failing tests, files that could not be loaded, and errors outside of both. */
export default class VitestReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const report = new TestReport()
    for (const module of modules) {
      for (const error of module.errors()) report.fail(module.relativeModuleId, error.message)
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result()
        if (state === 'passed') report.passed += 1
        else if (state === 'failed') report.failed += 1
        else report.skipped += 1
        if (state === 'failed')
          report.fail(`${module.relativeModuleId} › ${test.fullName}`, errors[0]?.message)
      }
    }
    for (const error of unhandledErrors) report.fail('outside of tests', error.stack ?? error.message)
    report.write()
  }
}
