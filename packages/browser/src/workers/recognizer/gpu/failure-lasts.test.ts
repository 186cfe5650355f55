import { SpeechError } from '@sensevoice-web/engine'
import { expect, test } from 'vitest'
import { sessionError } from '../../../../../onnx/src/session-errors.ts'
import { failureLasts } from './failure-lasts.ts'
import { throwLost } from './live-model.ts'

test.each(['not-supported', 'model-unsupported'] as const)('%s lasts', (code) => {
  expect(failureLasts(new SpeechError(code, 'no kernel'))).toBe(true)
})

/** What onnxruntime throws, as a session's error. */
function sessionFailure(said: string) {
  return sessionError(new Error(said), 'the model')
}

test.each([
  "Can't create a session. ERROR_CODE: 1, ERROR_MESSAGE: This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.",
  "Can't create a session. ERROR_CODE: 9, ERROR_MESSAGE: Could not find an implementation for MatMulInteger(10) node with name 'x'",
  "Can't create a session. ERROR_CODE: 1, ERROR_MESSAGE: webgpu kernel not found in registries for Op type: Loop",
])('a node without a kernel lasts: %s', (said) => {
  expect(sessionFailure(said)).toMatchObject({ code: 'model-unsupported' })
  expect(failureLasts(sessionFailure(said))).toBe(true)
})

test.each([
  'A requested file or directory could not be found at the time an operation was processed.',
  'The requested file could not be read, typically due to permission problems.',
  "Can't create a session. ERROR_CODE: 1, ERROR_MESSAGE: WebGPU device creation went wrong",
])('what else ends the building of a session may be over the next time: %s', (said) => {
  expect(failureLasts(sessionFailure(said))).toBe(false)
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
