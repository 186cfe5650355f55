import { SpeechError, type SpeechErrorCode } from '@sensevoice-web/engine'

export interface MirrorFailure {
  readonly url: string
  readonly error: SpeechError
}

const HINTS: Partial<Record<SpeechErrorCode, string>> = {
  network:
    'Check the connection, and that server and CSP (connect-src) allow these addresses; what has come so far is kept for the next attempt.',
  'model-not-found': 'Correct the address: the file is not there.',
  'model-corrupt': 'Nothing wrong was kept. If it stays so, the hosted file is not the published one.',
}

/** One error for all addresses: each with its reason, and the code of the most telling one. */
export function downloadFailed(what: string, failures: readonly MirrorFailure[]): SpeechError {
  const codes = failures.map(({ error }) => error.code)
  const code = codes.includes('model-corrupt')
    ? 'model-corrupt'
    : codes.length > 0 && codes.every((one) => one === 'model-not-found')
      ? 'model-not-found'
      : 'network'
  const reasons = failures.map(({ url, error }) => `${url}: ${error.message}`).join('; ')
  const last = failures.at(-1)?.error
  return new SpeechError(code, `${what} could not be downloaded: ${reasons || 'there is no address'}`, {
    hint: HINTS[code] ?? '',
    retryable: code !== 'model-not-found',
    ...(last === undefined ? {} : { cause: last.cause ?? last }),
  })
}
