import { isSpeechError, type RemoteModelManifest } from '@sensevoice-web/engine'
import { ModelStore, remoteModel, sourceOf, type WantedModel } from '@sensevoice-web/onnx'
import { nodeParts } from '../store/node-store.ts'
import { megabytes, type Streams } from './told.ts'

/**
 * Tells name, size, attribution and licence of a model before anything of it is downloaded. Out of reach, a model that is stored is used as it
 * is: then there is nothing to tell.
 *
 * @throws SpeechError `model-not-found`, `model-corrupt`, `network`; the signal's reason
 */
export async function tellModel(wanted: WantedModel, streams: Streams, signal: AbortSignal): Promise<void> {
  const parts = nodeParts()
  // What cannot be read is fetched.
  const found = async () => await new ModelStore(parts).find(sourceOf(wanted)).catch(() => undefined)
  const stored = wanted.type === 'manifest' ? await found() : undefined
  try {
    const patience = stored === undefined ? {} : { attempts: 1 }
    streams.error(about(await remoteModel(wanted, parts, { signal, ...patience })))
  } catch (error) {
    if (stored === undefined || !isSpeechError(error) || error.code !== 'network') throw error
  }
}

function about({ name, version, license, files }: RemoteModelManifest): string {
  const { model, tokens } = files
  const known = model.bytes !== undefined && tokens.bytes !== undefined
  const size = known ? megabytes((model.bytes ?? 0) + (tokens.bytes ?? 0)) : 'size not stated'
  const title = version === '-' ? name : `${name} ${version}`
  const terms = license.url === undefined ? license.name : `${license.name}: ${license.url}`
  return [`${title}, ${size}`, license.attribution, `Licence: ${terms}`].map(asLine).join('')
}

/** A manifest is anybody's: it moves no cursor and adds no line. */
function asLine(text: string): string {
  return `${text.replace(/\p{Cc}+/gu, ' ')}\n`
}
