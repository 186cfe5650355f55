import { SpeechError } from '@sensevoice-web/engine'

/** A model as it is shown before anything of it is downloaded. */
export interface Offer {
  /** What it is asked for by. */
  readonly source: string
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: { readonly name: string; readonly url?: string; readonly attribution?: string }
  readonly bytes: number
  readonly hosts: readonly string[]
}

/**
 * What a manifest says of its model, for people; whether it is right is found out when it is loaded.
 *
 * @throws SpeechError `model-not-found` when there is no manifest at that address
 */
export async function readOffer(address: URL): Promise<Offer> {
  let manifest: unknown
  try {
    const response = await fetch(address)
    if (!response.ok) throw new Error(`the server answers ${response.status}`)
    manifest = await response.json()
  } catch (cause) {
    throw noManifest(address, cause)
  }
  const offer = offerOf(manifest, address)
  if (offer === undefined) throw noManifest(address)
  return offer
}

/** Undefined when it is no manifest. */
export function offerOf(manifest: unknown, address: URL): Offer | undefined {
  const { name, version, description, license, files } = record(manifest)
  const { model, tokens } = record(files)
  if (typeof name !== 'string' || typeof record(model)['bytes'] !== 'number') return undefined
  const terms = record(license)
  const [url, attribution] = [text(terms['url']), text(terms['attribution'])]
  return {
    source: address.href,
    name,
    version: text(version) ?? '',
    description: text(description) ?? '',
    license: {
      name: text(terms['name']) ?? 'not stated',
      ...(url === undefined ? {} : { url }),
      ...(attribution === undefined ? {} : { attribution }),
    },
    bytes: bytesOf(model) + bytesOf(tokens),
    hosts: [address.host],
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function bytesOf(file: unknown): number {
  const { bytes } = record(file)
  return typeof bytes === 'number' ? bytes : 0
}

function noManifest(address: URL, cause?: unknown): SpeechError {
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return new SpeechError('model-not-found', `there is no manifest of a model at ${address.href}${why}`, {
    hint: 'Give the address of a manifest.json.',
    ...(cause === undefined ? {} : { cause }),
  })
}
