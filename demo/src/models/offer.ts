import { readRemoteManifest, SpeechError } from '@sensevoice-web/engine'
import { smallText } from './small-text.ts'

/** A model as it is shown before anything of it is downloaded. */
export interface Offer {
  /** What it is asked for by. */
  readonly source: string
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: { readonly name: string; readonly url?: string; readonly attribution?: string }
  /** Download size; absent where nobody tells it beforehand. */
  readonly bytes?: number
  /** Every host that it may be fetched from. */
  readonly hosts: readonly string[]
  /** Of the model file, lower-case hex: another one is another version. Absent where nobody tells it beforehand. */
  readonly sha256?: string
}

const MANIFEST_LIMIT_BYTES = 1 << 20
const PATIENCE_MS = 10_000

/** An address that ends in `.onnx` is a model with tokens.txt beside it, any other a manifest: as the library takes it. */
export function isBareModel(source: string): boolean {
  return /^https?:\/\/[^?#]*\.onnx([?#]|$)/.test(source)
}

/**
 * What is said of the model at an address. Of the model itself not a byte is fetched.
 *
 * @throws SpeechError `model-not-found` when there is nothing, or no manifest; `model-corrupt` when the manifest has faults
 */
export async function readOffer(address: URL): Promise<Offer> {
  if (isBareModel(address.href)) return await bareOffer(address)
  let json: unknown
  try {
    const response = await ask(address, 'GET')
    if (!response.ok) throw new Error(`the server answers ${response.status}`)
    json = JSON.parse(await smallText(response, MANIFEST_LIMIT_BYTES))
  } catch (cause) {
    throw nothingAt(address, 'manifest of a model', cause)
  }
  return offerOf(json, address)
}

/** @throws SpeechError `model-corrupt` naming every fault of the manifest */
export function offerOf(json: unknown, address: URL): Offer {
  const manifest = readRemoteManifest(json, (path) => new URL(path, address).href)
  const { name, version, description, license, files } = manifest
  const { model, tokens } = files
  return {
    source: address.href,
    name,
    version,
    description,
    license,
    bytes: (model.bytes ?? 0) + (tokens.bytes ?? 0),
    hosts: [...new Set([...model.urls, ...tokens.urls].map((url) => new URL(url).host))],
    ...(model.sha256 === undefined ? {} : { sha256: model.sha256 }),
  }
}

/** A bare file tells nothing of itself but its size, and not every server answers to that. */
async function bareOffer(address: URL): Promise<Offer> {
  let bytes: number
  try {
    const { ok, status, headers } = await ask(address, 'HEAD')
    if (status === 404 || status === 410) throw new Error(`the server answers ${status}`)
    bytes = ok ? Number(headers.get('content-length')) : 0
  } catch (cause) {
    throw nothingAt(address, 'model', cause)
  }
  return {
    source: address.href,
    name: address.pathname.split('/').at(-1) ?? '',
    version: '',
    description: 'A model file with its tokens.txt beside it. No manifest tells more of it.',
    license: { name: 'not stated' },
    ...(bytes > 0 ? { bytes } : {}),
    hosts: [address.host],
  }
}

async function ask(address: URL, method: 'GET' | 'HEAD'): Promise<Response> {
  // As the library asks: an older answer of the browser's cache would hide that the version has changed.
  return await fetch(address, { method, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) })
}

function nothingAt(address: URL, what: string, cause: unknown): SpeechError {
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return new SpeechError('model-not-found', `there is no ${what} at ${address.href}${why}`, {
    hint: 'Give the address of a manifest.json, or of an .onnx file with its tokens.txt beside it.',
    cause,
  })
}
