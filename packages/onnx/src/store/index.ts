export { LONGEST_WAIT_MS, type Wait, wait } from './back-off.ts'
export {
  type DownloadedFile,
  type DownloadOptions,
  type DownloadProgress,
  downloadFile,
} from './download-file.ts'
export type { CreateHasher, Hasher } from './hasher.ts'
export type { HttpAnswer, HttpBody, HttpFetch } from './http.ts'
export { MemoryStorage } from './memory-storage.ts'
export type { PartialFile } from './partial-file.ts'
export { type FolderEntry, type ModelStorage, readFile, type StoreFolder, writeFile } from './store-folder.ts'
