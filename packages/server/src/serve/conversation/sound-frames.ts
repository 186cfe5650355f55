/** Sound of any lengths as frames of one length. */
export class SoundFrames {
  readonly #frame: Int16Array
  #filled = 0

  constructor(frameSamples: number) {
    this.#frame = new Int16Array(frameSamples)
  }

  /** The frames that are whole with `pcm`; each is the caller's. */
  push(pcm: Int16Array): readonly Int16Array[] {
    const frames: Int16Array[] = []
    for (let at = 0; at < pcm.length; ) {
      const part = pcm.subarray(at, at + this.#frame.length - this.#filled)
      this.#frame.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled === this.#frame.length) frames.push(this.#take())
    }
    return frames
  }

  /** What is left, filled up with silence; undefined when there is nothing. */
  flush(): Int16Array | undefined {
    if (this.#filled === 0) return undefined
    this.#frame.fill(0, this.#filled)
    return this.#take()
  }

  clear(): void {
    this.#filled = 0
  }

  #take(): Int16Array {
    this.#filled = 0
    return this.#frame.slice()
  }
}
