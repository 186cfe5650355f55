import { describe, expect, it } from 'vitest'
import { microphoneError } from './open-microphone.ts'

const named = (name: string) => Object.assign(new Error('as the browser says'), { name })

describe('microphoneError', () => {
  it.each([
    ['NotAllowedError', 'microphone-denied', true],
    ['SecurityError', 'microphone-denied', false],
    ['NotFoundError', 'microphone-not-found', true],
    ['OverconstrainedError', 'microphone-not-found', true],
    ['NotReadableError', 'microphone-busy', true],
    ['AbortError', 'microphone-busy', true],
    ['TypeError', 'invalid-argument', false],
  ])('%s is %s', (name, code, retryable) => {
    const cause = named(name)
    const error = microphoneError(cause)
    expect(error).toMatchObject({ code, retryable, cause })
    expect(error.message).toContain('as the browser says')
    expect(error.hint).not.toBe('')
  })

  it('takes an error nobody knows for a device that cannot be had now', () => {
    expect(microphoneError('?')).toMatchObject({ code: 'microphone-busy', retryable: true })
  })
})
