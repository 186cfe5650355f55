import type { Wait } from './back-off.ts'
import type { CreateHasher } from './hasher.ts'
import type { HttpFetch } from './http.ts'
import type { PartialFile } from './partial-file.ts'

export interface DownloadProgress {
  /** `verifying`: what an earlier attempt left is being hashed again; `loading`: bytes come over the network. */
  readonly phase: 'verifying' | 'loading'
  readonly loadedBytes: number
  /** Absent where neither manifest nor server tell. */
  readonly totalBytes?: number
}

export interface DownloadOptions {
  /** The file in words, for messages: `the model`. */
  readonly what: string
  /** The same file at several places, tried in this order. */
  readonly urls: readonly string[]
  /** Where they are known, the file is proven by both. */
  readonly bytes?: number | undefined
  /** Lower-case hex. */
  readonly sha256?: string | undefined
  readonly partial: PartialFile
  readonly fetch: HttpFetch
  readonly createHasher: CreateHasher
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
  /** Given the bytes still to come when a server tells what `bytes` did not, before they do. What it throws ends the download. */
  readonly requireRoom?: ((bytes: number) => Promise<void>) | undefined
  /** Silence of a server after which it is asked again. Default 30 s. */
  readonly stallMs?: number | undefined
  /** Requests in a row that may bring next to nothing before an address is given up. Default 5. */
  readonly attempts?: number | undefined
  /** Replaces the pauses between attempts, for tests. */
  readonly wait?: Wait | undefined
}
