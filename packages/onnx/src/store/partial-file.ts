/**
 * A file on its way into the store: what has come so far survives a cut, a closed tab and a killed process. Under its own name nothing is
 * seen before `finish`. One holder at a time.
 *
 * Every method may throw a SpeechError: `quota-exceeded` when the place is full, `file-unreadable` when it fails otherwise.
 */
export interface PartialFile {
  /** Held so far. */
  readonly bytes: number
  /** What the server calls this version of the file, kept beside the bytes; undefined for none. */
  readonly tag: string | undefined
  setTag(tag: string): Promise<void>
  append(bytes: Uint8Array): Promise<void>
  /** What is held, from its beginning, in pieces of a few MB at most. */
  read(): AsyncIterable<Uint8Array>
  /** Forgets bytes and tag. */
  clear(): Promise<void>
  /** Makes the bytes durable and gives them their name, in one step; the partial file is used up. */
  finish(): Promise<void>
  /** Keeps what is held for the next time. Does nothing after `finish` or `remove`. */
  close(): Promise<void>
  /** Deletes what is held. */
  remove(): Promise<void>
}
