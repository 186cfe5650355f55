/** Beyond this nobody asks any more: no result comes so late. */
const MOST_ENTRIES = 4000

/** When which sound came in. */
export class ArrivalTimes {
  readonly #entries: { readonly endSamples: number; readonly atMs: number }[] = []

  /** Everything below `endSamples` is here at `atMs`. */
  add(endSamples: number, atMs: number): void {
    this.#entries.push({ endSamples, atMs })
    if (this.#entries.length > MOST_ENTRIES) this.#entries.splice(0, MOST_ENTRIES / 2)
  }

  /** When the sample in front of `positionSamples` came in, to the length of a chunk; undefined when it is forgotten or still to come. */
  of(positionSamples: number): number | undefined {
    const [oldest] = this.#entries
    if (oldest === undefined || positionSamples < oldest.endSamples) return oldest?.atMs
    const entry = this.#entries.find(({ endSamples }) => endSamples >= positionSamples)
    if (entry === undefined) return undefined
    return entry.atMs - (entry.endSamples - positionSamples) / 16
  }
}
