// What a run of tests came to, so that a long log ends with what went wrong. Written by the reporters beside this file to the file that
// the environment names, read by scripts/test.mjs.
import { readFileSync, writeFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

export const REPORT_VARIABLE = 'SENSEVOICE_TEST_REPORT'
const MESSAGE_LINES = 8
const LINE_LENGTH = 300

/** Counts tests and keeps what failed. */
export class TestReport {
  passed = 0
  failed = 0
  skipped = 0
  /** A name and the first lines of its message each. */
  failures = []

  /** @param {string} name @param {string | undefined} message what was wrong */
  fail(name, message) {
    const lines = stripVTControlCharacters(message ?? '').split('\n')
    const told = lines.filter((line) => line.trim() !== '').slice(0, MESSAGE_LINES)
    this.failures.push([`  ${name}`, ...told.map((line) => `    ${line.slice(0, LINE_LENGTH)}`)].join('\n'))
  }

  write() {
    const path = process.env[REPORT_VARIABLE]
    if (path !== undefined) writeFileSync(path, JSON.stringify(this))
  }
}

/** The report at `path`; an empty one when the run did not get as far as writing it. */
export function readTestReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return new TestReport()
  }
}
