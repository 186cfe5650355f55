/** Loudness over the last moments as bar heights: a fixed ring, the newest last. */
export class LevelHistory {
  readonly #heights: Float32Array
  readonly #speaking: Uint8Array
  #next = 0

  /** @param length how many bars, at least 1 */
  constructor(length: number) {
    this.#heights = new Float32Array(length)
    this.#speaking = new Uint8Array(length)
  }

  /** @param rms in [0, 1]; shown on a scale from -60 dB to 0 dB */
  push(rms: number, speaking: boolean): void {
    this.#heights[this.#next] = loudness(rms)
    this.#speaking[this.#next] = speaking ? 1 : 0
    this.#next = (this.#next + 1) % this.#heights.length
  }

  /** Calls `draw` once a bar, oldest first; `height` in [0, 1]. */
  forEach(draw: (index: number, height: number, speaking: boolean) => void): void {
    const { length } = this.#heights
    for (let index = 0; index < length; index += 1) {
      const at = (this.#next + index) % length
      draw(index, this.#heights[at] ?? 0, this.#speaking[at] === 1)
    }
  }

  clear(): void {
    this.#heights.fill(0)
    this.#speaking.fill(0)
  }
}

/** RMS in [0, 1] on a logarithmic scale: -60 dB and below is 0, full scale is 1. */
export function loudness(rms: number): number {
  return rms <= 0 ? 0 : Math.min(1, Math.max(0, 1 + Math.log10(rms) / 3))
}
