import { SpeechError } from '@sensevoice-web/engine'
import { expose, wrap } from 'comlink'
import { afterEach, describe, expect, it } from 'vitest'
import { keepSpeechErrors } from './speech-error-transfer.ts'

keepSpeechErrors()

const open: MessagePort[] = []
afterEach(() => {
  for (const port of open.splice(0)) port.close()
})

function across<Api extends object>(api: Api) {
  const { port1, port2 } = new MessageChannel()
  open.push(port1, port2)
  expose(api, port1 as never)
  return wrap<Api>(port2 as never)
}

describe('errors over comlink', () => {
  it('keep code, hint, retryable, message, stack and the message of their cause', async () => {
    const remote = across({
      fail(): void {
        throw new SpeechError('model-corrupt', 'sha256 differs', {
          hint: 'Download it again.',
          retryable: true,
          cause: new Error('truncated'),
        })
      },
    })
    const error = await remote.fail().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SpeechError)
    expect(error).toMatchObject({
      code: 'model-corrupt',
      message: 'sha256 differs',
      hint: 'Download it again.',
      retryable: true,
      cause: 'truncated',
    })
    expect((error as SpeechError).stack).toContain('sha256 differs')
  })

  it('leave other errors as comlink carries them', async () => {
    const remote = across({
      fail(): void {
        throw new RangeError('too far')
      },
    })
    const error = await remote.fail().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(SpeechError)
    expect(error).toMatchObject({ name: 'RangeError', message: 'too far' })
  })
})
