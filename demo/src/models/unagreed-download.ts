import type { StoredModelInfo } from 'sensevoice-web'
import { isBareModel, type Offer } from './offer.ts'

/** A download that somebody has to agree to, and why it is asked. */
export interface DownloadQuestion {
  readonly offer: Offer
  /** `looked`: the visitor gave the address; `absent`: nothing whole is stored; `newer`: what is stored is another version. */
  readonly why: 'looked' | 'absent' | 'newer'
}

/**
 * The download that loading `source` would begin by itself; undefined where there is none. A stored model by a bare address is never fetched
 * again, and where the offer cannot be had the stored version is what is loaded.
 *
 * @param offerFrom what can be said of the model without fetching it
 * @throws what `offerFrom` throws, when nothing whole is stored
 */
export async function unagreedDownload(
  source: string,
  stored: readonly StoredModelInfo[],
  offerFrom: (source: string) => Promise<Offer>,
): Promise<DownloadQuestion | undefined> {
  const whole = stored.filter((model) => model.source === source && model.state === 'complete')
  if (whole.length === 0) return { offer: await offerFrom(source), why: 'absent' }
  if (isBareModel(source)) return undefined
  const offer = await offerFrom(source).catch(() => undefined)
  if (offer === undefined || whole.some((model) => isOf(model, offer))) return undefined
  return { offer, why: 'newer' }
}

/** By the hash, which ends the key of a stored model; the catalogue tells none, and changes its version instead. */
function isOf(model: StoredModelInfo, { sha256, version, bytes }: Offer): boolean {
  if (model.totalBytes !== bytes) return false
  return sha256 === undefined ? model.version === version : model.key.endsWith(`-${sha256.slice(0, 12)}`)
}
