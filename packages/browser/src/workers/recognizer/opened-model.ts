import type { ModelManifest } from '@sensevoice-web/engine'
import type { ByteSource, StoreFolder } from '@sensevoice-web/onnx'
import type { ModelPlace } from '../../api/outcomes.ts'

/** A model that is at hand: its facts, its files, and where they lie. */
export interface ModelFiles {
  readonly manifest: ModelManifest
  /** The ONNX file, read where it lies. */
  readonly model: ByteSource
  readonly tokens: string
  readonly place: ModelPlace
  /** Where the store keeps it, and what is made of it. */
  readonly folder?: StoreFolder
  /** To be called when the files are not needed any more: the store may remove them then. */
  readonly release?: () => Promise<void>
}
