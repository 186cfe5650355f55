import { expect, test } from 'vitest'
import {
  deserializeSpeechError,
  isSpeechError,
  SpeechError,
  serializeSpeechError,
  toSpeechError,
} from './errors.ts'

test('an error keeps its code, hint and retryability over a wire of plain data', () => {
  const error = new SpeechError('network', 'cut off', {
    hint: 'Try again.',
    retryable: true,
    cause: new Error('reset'),
  })
  const wired = structuredClone(serializeSpeechError(error))
  const back = deserializeSpeechError(wired)
  expect(back).toMatchObject({
    name: 'SpeechError',
    code: 'network',
    message: 'cut off',
    hint: 'Try again.',
    retryable: true,
  })
  expect(back.cause).toBe('reset')
})

test('the error of another copy of the module is known and not wrapped', () => {
  class Foreign extends Error {
    override readonly name = 'SpeechError'
    readonly code = 'microphone-denied'
    readonly hint = 'Allow it.'
    readonly retryable = false
  }
  const foreign = new Foreign('denied')
  expect(isSpeechError(foreign)).toBe(true)
  expect(toSpeechError(foreign, 'inference-failed')).toBe(foreign)
})

test('anything else is wrapped under the given code with itself as cause', () => {
  const cause = new TypeError('x is undefined')
  expect(isSpeechError(cause)).toBe(false)
  expect(toSpeechError(cause, 'worker-failed')).toMatchObject({
    code: 'worker-failed',
    message: 'x is undefined',
    cause,
  })
  expect(toSpeechError('broken', 'closed').message).toBe('broken')
})
