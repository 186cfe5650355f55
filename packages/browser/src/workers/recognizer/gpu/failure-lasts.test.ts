import { SpeechError } from '@sensevoice-web/engine'
import { expect, test } from 'vitest'
import { failureLasts } from './failure-lasts.ts'
import { throwLost } from './live-model.ts'

test.each(['not-supported', 'model-unsupported'] as const)('%s lasts', (code) => {
  expect(failureLasts(new SpeechError(code, 'no kernel'))).toBe(true)
})

test.each(['out-of-memory', 'inference-failed', 'file-unreadable', 'quota-exceeded', 'network'] as const)(
  '%s may be over the next time',
  (code) => {
    expect(failureLasts(new SpeechError(code, 'not now'))).toBe(false)
  },
)

test('an adapter that is away may be back the next time', () => {
  expect(failureLasts(new SpeechError('not-supported', 'no adapter', { retryable: true }))).toBe(false)
})

test('a lost device, and what nobody named, may be over the next time', () => {
  expect(failureLasts(new DOMException('no device', 'OperationError'))).toBe(false)
  let lost: unknown
  try {
    throwLost('driver reset')
  } catch (error) {
    lost = error
  }
  expect(lost).toMatchObject({ message: expect.stringContaining('driver reset'), retryable: true })
  expect(failureLasts(lost)).toBe(false)
})
