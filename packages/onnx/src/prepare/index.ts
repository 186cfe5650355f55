export { type BlobLike, type ByteSource, blobSource, checkRange, memorySource } from './byte-source.ts'
export { NARROW } from './graph/narrow-head.ts'
export { positionCode } from './graph/positions.ts'
export {
  PREPARE_VERSION,
  type PreparedModel,
  type PrepareOptions,
  prepareModel,
  type Rewrite,
  rewrittenBytes,
  tagColumns,
} from './prepare-model.ts'
export { readGraph } from './proto/read-graph.ts'
export { isStale, removeStale } from './stale-files.ts'
export type { WriteBytes } from './weights/write-signed.ts'
