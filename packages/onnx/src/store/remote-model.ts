import { type RemoteModelManifest, readRemoteManifest, SpeechError } from '@sensevoice-web/engine'
import { downloadFile } from './download-file.ts'
import { MemoryStorage } from './memory-storage.ts'
import { readFile } from './store-folder.ts'
import type { ModelStoreParts } from './store-parts.ts'
import { bareManifest, knownOrRefused, type WantedModel } from './wanted-model.ts'

/**
 * What can be said of a model before it is fetched. Only a manifest at an address needs the network.
 *
 * @param patience requests for a manifest before it counts as out of reach
 * @throws SpeechError `model-not-found`, `model-corrupt`, `network`; the signal's reason when aborted
 */
export async function remoteModel(
  wanted: WantedModel,
  parts: ModelStoreParts,
  { signal, attempts }: { readonly signal?: AbortSignal | undefined; readonly attempts?: number | undefined },
): Promise<RemoteModelManifest> {
  switch (wanted.type) {
    case 'known':
      return knownOrRefused(wanted.name)
    case 'files': {
      const { host, pathname } = new URL(wanted.model)
      return bareManifest(pathname.split('/').at(-1) ?? 'model.onnx', host, wanted)
    }
    case 'manifest': {
      const folder = new MemoryStorage().folder('manifest')
      await downloadFile({
        ...parts,
        what: 'the model manifest',
        urls: [wanted.url],
        partial: await folder.partial('manifest.json'),
        signal,
        attempts: attempts ?? parts.attempts,
      })
      const bytes = await readFile(folder, 'manifest.json')
      return readRemoteManifest(parsed(bytes, wanted.url), (address) => new URL(address, wanted.url).href)
    }
  }
}

function parsed(bytes: Uint8Array | undefined, url: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new SpeechError('model-corrupt', `the model manifest at ${url} is no JSON`, {
      hint: 'Give the address of a manifest.json.',
      cause,
    })
  }
}
