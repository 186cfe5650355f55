import { SpeechError } from '@sensevoice-web/engine'
import { looksLikeHtml } from '@sensevoice-web/onnx'

export interface Expected {
  readonly bytes: number
  /** Lower-case hex. */
  readonly sha256: string
}

/** Called with the bytes so far and, where the server tells, the whole. */
export type OnBytes = (loadedBytes: number, totalBytes: number | undefined) => void

/**
 * Fetches a file as a whole.
 *
 * @param what the file in words, e.g. `the VAD model`
 * @throws SpeechError `network`, `model-not-found` (404 and the like, or a web page in its place), `model-corrupt` (size or SHA-256 differ)
 */
export async function download(
  url: string,
  what: string,
  onBytes: OnBytes = () => {},
  expected?: Expected,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await openDownload(url, what)
  const bytes = await read(response, what, onBytes, expected?.bytes)
  if (looksLikeHtml(bytes)) throw webPage(url, what)
  if (expected !== undefined) await verify(bytes, url, what, expected)
  return bytes
}

/**
 * Asks for a file, and takes nothing but its beginning.
 *
 * @throws SpeechError `network`, `model-not-found`
 */
export async function openDownload(url: string, what: string): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url)
  } catch (cause) {
    throw new SpeechError('network', `${what} could not be fetched from ${url}`, {
      hint: 'Check the connection, and that the server and the CSP (connect-src) allow this address.',
      retryable: true,
      cause,
    })
  }
  if (response.ok) return response
  const missing = response.status === 404 || response.status === 410
  throw new SpeechError(
    missing ? 'model-not-found' : 'network',
    `${what}: ${url} answered ${response.status}`,
    {
      hint: missing
        ? 'Host the files of the package’s dist folder beside its index.js, or name their places in `assets`.'
        : 'The server refuses or fails; try again later.',
      retryable: response.status >= 500,
    },
  )
}

async function read(
  response: Response,
  what: string,
  onBytes: OnBytes,
  expectedBytes: number | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  const loaded = await drain(response, what, onBytes, { expectedBytes, take: (chunk) => chunks.push(chunk) })
  const bytes = new Uint8Array(loaded)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/**
 * Reads a download to its end, telling how far it is.
 *
 * @returns its length
 * @throws SpeechError `network` when the connection breaks
 */
export async function drain(
  response: Response,
  what: string,
  onBytes: OnBytes,
  options: { readonly expectedBytes?: number | undefined; take?(chunk: Uint8Array): void } = {},
): Promise<number> {
  const header = Number(response.headers.get('content-length') ?? Number.NaN)
  // With a content coding the header counts compressed bytes, the stream does not.
  const coded = response.headers.has('content-encoding')
  const total = options.expectedBytes ?? (Number.isFinite(header) && !coded ? header : undefined)
  let loaded = 0
  onBytes(0, total)
  try {
    for await (const chunk of response.body ?? []) {
      options.take?.(chunk)
      loaded += chunk.length
      onBytes(loaded, total)
    }
  } catch (cause) {
    throw new SpeechError(
      'network',
      `${what}: the connection to ${response.url} broke after ${loaded} bytes`,
      {
        hint: 'Try again.',
        retryable: true,
        cause,
      },
    )
  }
  return loaded
}

function webPage(url: string, what: string): SpeechError {
  return new SpeechError('model-not-found', `${what}: ${url} is a web page, not the file`, {
    hint: 'The server answers unknown addresses with its page; host the file there or correct the address.',
  })
}

async function verify(
  bytes: Uint8Array<ArrayBuffer>,
  url: string,
  what: string,
  expected: Expected,
): Promise<void> {
  const hint = 'Clear the cache and load it again; if it stays so, the hosted file is not the published one.'
  if (bytes.length !== expected.bytes) {
    throw new SpeechError(
      'model-corrupt',
      `${what}: ${url} has ${bytes.length} bytes instead of ${expected.bytes}`,
      { hint, retryable: true },
    )
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  if (sha256 !== expected.sha256) {
    throw new SpeechError('model-corrupt', `${what}: ${url} has another SHA-256 than its manifest says`, {
      hint,
      retryable: true,
    })
  }
}
