export { LONGEST_WAIT_MS, type Wait, wait } from './back-off.ts'
export { KNOWN_MODELS, knownModel, SENSEVOICE_SMALL } from './catalogue.ts'
export { completeManifest, type ModelContents } from './complete-manifest.ts'
export {
  type DownloadedFile,
  downloadFile,
} from './download-file.ts'
export type { DownloadOptions, DownloadProgress } from './download-options.ts'
export type { CreateHasher, Hasher } from './hasher.ts'
export type { HttpAnswer, HttpBody, HttpFetch } from './http.ts'
export { looksLikeHtml } from './looks-like-html.ts'
export { MemoryStorage } from './memory-storage.ts'
export { ModelStore } from './model-store.ts'
export type { PartialFile } from './partial-file.ts'
export { type RemoveOptions, removeStored } from './remove-stored.ts'
export { requireRoom } from './room.ts'
export { sha256Of } from './sha256-of.ts'
export {
  type FolderEntry,
  type ModelStorage,
  type Release,
  readFile,
  type StoreFolder,
  writeFile,
} from './store-folder.ts'
export type { ModelStoreParts, OpenOptions } from './store-parts.ts'
export { listStored, type StoredModel, type StoreEntry, type UsedModel } from './stored-models.ts'
export type { Damage } from './verify-stored.ts'
export { bareManifest, sourceOf, type WantedModel, wantedByAddress } from './wanted-model.ts'
