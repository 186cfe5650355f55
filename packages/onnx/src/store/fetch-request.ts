import type { RemoteModelManifest } from '@sensevoice-web/engine'
import type { ModelStorage } from './store-folder.ts'
import type { ModelStoreParts, OpenOptions } from './store-parts.ts'

export interface FetchRequest {
  readonly storage: ModelStorage
  readonly key: string
  readonly source: string
  readonly remote: RemoteModelManifest
  readonly parts: ModelStoreParts
  readonly options: OpenOptions
}
