import { expect, test } from 'vitest'
import { ProgressLine } from './progress-line.ts'

function record(live: boolean, loaded: readonly number[], totalBytes?: number): string {
  let text = ''
  const line = new ProgressLine({ live, out: () => {}, error: (more) => (text += more) })
  for (const loadedBytes of loaded) {
    line.tell({ stage: 'model', loadedBytes, ...(totalBytes === undefined ? {} : { totalBytes }) })
  }
  line.end()
  return text
}

test('where nobody watches there is a line for every tenth', () => {
  const loaded = Array.from({ length: 101 }, (_, percent) => percent * 1e6)
  const lines = record(false, loaded, 100e6).trimEnd().split('\n')
  expect(lines).toHaveLength(11)
  expect(lines[1]).toBe('downloading: 10.0 MB of 100.0 MB (10%)')
})

test('before somebody’s eyes one line is rewritten and ended', () => {
  expect(record(true, [0, 1, 100e6], 100e6)).toBe(
    '\r\u001b[Kdownloading: 0.0 MB of 100.0 MB (0%)\r\u001b[Kdownloading: 100.0 MB of 100.0 MB (100%)\n',
  )
})

test('without a whole there is no share', () => {
  expect(record(false, [5e6, 6e6, 15e6])).toBe('downloading: 5.0 MB\ndownloading: 15.0 MB\n')
})
