/**
 * A running SHA-256. A port, because every realm has its own fast one: Node its `crypto`, a page a WASM one (WebCrypto's takes whole
 * files only).
 */
export interface Hasher {
  update(bytes: Uint8Array): void
  /** Ends it; lower-case hex. */
  hex(): string
}

export type CreateHasher = () => Promise<Hasher>
