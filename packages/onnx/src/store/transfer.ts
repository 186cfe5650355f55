import { toSpeechError } from '@sensevoice-web/engine'
import type { DownloadOptions } from './download-options.ts'
import type { Hasher } from './hasher.ts'
import type { PartialFile } from './partial-file.ts'

type TransferOptions = Pick<
  DownloadOptions,
  'partial' | 'createHasher' | 'bytes' | 'sha256' | 'signal' | 'onProgress' | 'requireRoom'
>

/** The bytes that have come so far, over all attempts and addresses, and their running hash. */
export class Transfer {
  readonly #options: TransferOptions
  readonly #partial: PartialFile
  #hasher: Hasher | undefined
  #hash: string | undefined
  #total: number | undefined
  /** Answers (or earlier downloads) that the held bytes are from. */
  #pieces = 0

  constructor(options: TransferOptions) {
    this.#options = options
    this.#partial = options.partial
    this.#total = options.bytes
  }

  get held(): number {
    return this.#partial.bytes
  }

  /** Size of the whole file, as soon as anybody has told. */
  get total(): number | undefined {
    return this.#total
  }

  /** Whether the manifest says what the hash must be. */
  get provable(): boolean {
    return this.#options.sha256 !== undefined
  }

  /** Every byte is there. */
  get complete(): boolean {
    return this.#total !== undefined && this.held === this.#total
  }

  /** Whether the held bytes are of several answers: then it may be the joint that is wrong. */
  get pieced(): boolean {
    return this.#pieces > 1
  }

  /** Hashes what an earlier download left; drops it when it cannot be gone on with. */
  async takeUp(urls: readonly string[]): Promise<void> {
    const { bytes } = this.#options
    const usable = this.provable || urls.some((url) => this.tagFor(url) !== undefined)
    if (!usable || (bytes !== undefined && this.held > bytes)) await this.clear()
    if (this.held === 0) return
    this.#pieces = 1
    const hasher = await this.#running()
    let hashed = 0
    for await (const chunk of this.#partial.read()) {
      this.#options.signal?.throwIfAborted()
      hasher.update(chunk)
      hashed += chunk.length
      this.#options.onProgress?.({ phase: 'verifying', loadedBytes: hashed, totalBytes: this.held })
    }
    if (hashed !== this.held) await this.clear()
  }

  /** The version of the held bytes as this address calls it. */
  tagFor(url: string): string | undefined {
    const { tag } = this.#partial
    return tag?.startsWith(`${url} `) ? tag.slice(url.length + 1) : undefined
  }

  /** The body of an answer begins: what the address says of the file. */
  async begin(
    url: string,
    said: { readonly bytes?: number; readonly leastBytes?: number; readonly tag?: string },
  ): Promise<void> {
    const { bytes, requireRoom } = this.#options
    this.#total = bytes ?? said.bytes
    const least = this.#total ?? said.leastBytes
    if (bytes === undefined && least !== undefined) await requireRoom?.(least - this.held)
    this.#pieces += 1
    if (said.tag !== undefined && this.tagFor(url) !== said.tag)
      await this.#partial.setTag(`${url} ${said.tag}`)
    this.tellLoaded()
  }

  async take(chunk: Uint8Array): Promise<void> {
    try {
      await this.#partial.append(chunk)
    } catch (error) {
      // Told apart from a failed connection by its type: asking the server again would not help.
      throw toSpeechError(error, 'file-unreadable')
    }
    const hasher = await this.#running()
    hasher.update(chunk)
    this.tellLoaded()
  }

  /** The body has ended where no size was told: this is the whole file. */
  end(): void {
    this.#total ??= this.held
  }

  async clear(): Promise<void> {
    await this.#partial.clear()
    this.#hasher = undefined
    this.#hash = undefined
    this.#total = this.#options.bytes
    this.#pieces = 0
  }

  /** Of everything held; no bytes can be taken after it but behind a `clear`. */
  hash(): string {
    this.#hash ??= this.#hasher?.hex() ?? ''
    return this.#hash
  }

  /** Whether the whole file is the one of the manifest; without a manifest it is what it is. */
  async proven(): Promise<boolean> {
    await this.#running()
    return !this.provable || this.hash() === this.#options.sha256
  }

  tellLoaded(): void {
    const total = this.#total
    const { onProgress } = this.#options
    onProgress?.({
      phase: 'loading',
      loadedBytes: this.held,
      ...(total === undefined ? {} : { totalBytes: total }),
    })
  }

  async #running(): Promise<Hasher> {
    this.#hasher ??= await this.#options.createHasher()
    return this.#hasher
  }
}
