import type { LoadProgress } from '@sensevoice-web/engine'
import { MemoryStorage, ModelStore, type StoredModel, type WantedModel } from '@sensevoice-web/onnx'
import type { ModelPlace } from '../../api/outcomes.ts'
import { chooseStorage } from '../store/choose-storage.ts'
import { wasmHasher } from '../store/wasm-hasher.ts'
import type { ModelFiles } from './opened-model.ts'

type BrowserStorage = Exclude<StoredModel['storage'], 'disk'>

const REASONS: Readonly<Record<BrowserStorage, string>> = {
  'origin-private-file-system': 'The model is stored in the origin-private file system.',
  'cache-storage':
    'The model is stored in Cache Storage: this browser does not write to the origin-private file system.',
  memory: 'This browser stores nothing here: the model is fetched again after the page is closed.',
}

/** A model out of the browser's store; in memory alone where nothing can be stored. */
export async function openStoredModel(
  wanted: WantedModel,
  onProgress: (progress: LoadProgress) => void,
): Promise<ModelFiles> {
  const storage = await chooseStorage()
  const memory = new MemoryStorage()
  const store = new ModelStore({
    storage: storage ?? memory,
    ...(storage === undefined ? {} : { fallback: memory }),
    fetch: (url, request) => fetch(url, request),
    createHasher: wasmHasher,
    // Without a network nobody wants to wait for five attempts at each mirror.
    ...(navigator.onLine ? {} : { attempts: 1 }),
  })
  const { storage: kind, ...opened } = await store.open(wanted, { onProgress })
  const { manifest, model, tokens, folder, release } = opened
  return { manifest, model, tokens, folder, release, place: placeOf(kind as BrowserStorage, store) }
}

function placeOf(kind: BrowserStorage, { storageFailures }: ModelStore): ModelPlace {
  const last = storageFailures.at(-1)
  return {
    kind,
    failures: storageFailures.length,
    reason:
      last === undefined ? REASONS[kind] : `The model is in memory alone: ${last.message}. ${last.hint}`,
  }
}
