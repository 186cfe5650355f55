import { SpeechError } from '@sensevoice-web/engine'

/**
 * The manifest that a visitor asked for by `?model=`.
 *
 * @throws SpeechError `invalid-argument` when it is no address
 */
export function modelAddress(wish: string, page: string = location.href): URL {
  try {
    return new URL(wish, page)
  } catch (cause) {
    throw new SpeechError('invalid-argument', `"${wish}" is no address of a model`, {
      hint: 'Correct the address after ?model=, or take it away for the built-in model.',
      cause,
    })
  }
}
