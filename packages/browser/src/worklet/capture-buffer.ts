/** Receives a filled buffer; it belongs to the receiver until it is given back by `recycle`. */
export type ChunkSink = (samples: Float32Array, length: number, startFrame: number) => void

/**
 * Collects render quanta into larger chunks out of a fixed set of buffers.
 *
 * Thread contract: `write` runs on the audio thread, 344 times a second at 44.1 kHz, and allocates nothing. When every buffer is away it
 * drops the quantum; the next chunk's `startFrame` then tells how much is missing.
 */
export class CaptureBuffer {
  readonly #free: (Float32Array | undefined)[]
  readonly #sink: ChunkSink
  #freeCount: number
  #current: Float32Array | undefined
  #filled = 0
  #startFrame = 0

  /**
   * @param chunkFrames size of one chunk; a multiple of the render quantum
   * @param chunks how many there are: chunkFrames * chunks frames may be on their way at once
   */
  constructor(chunkFrames: number, chunks: number, sink: ChunkSink) {
    this.#free = Array.from({ length: chunks }, () => new Float32Array(chunkFrames))
    this.#freeCount = chunks
    this.#sink = sink
  }

  /**
   * @param quantum mono frames, at most `chunkFrames`; copied
   * @param frame position of its first frame on the context's clock
   */
  write(quantum: Float32Array, frame: number): void {
    if (this.#current !== undefined && frame !== this.#startFrame + this.#filled) this.flush()
    let chunk = this.#current
    if (chunk === undefined) {
      chunk = this.#take()
      if (chunk === undefined) return
      this.#current = chunk
      this.#filled = 0
      this.#startFrame = frame
    }
    chunk.set(quantum, this.#filled)
    this.#filled += quantum.length
    if (this.#filled + quantum.length > chunk.length) this.flush()
  }

  /** Hands over what was collected, if anything. */
  flush(): void {
    const chunk = this.#current
    if (chunk === undefined) return
    this.#current = undefined
    this.#sink(chunk, this.#filled, this.#startFrame)
  }

  /** Takes a buffer back that the sink was given. */
  recycle(samples: Float32Array): void {
    if (this.#freeCount >= this.#free.length) return
    this.#free[this.#freeCount] = samples
    this.#freeCount += 1
  }

  #take(): Float32Array | undefined {
    if (this.#freeCount === 0) return undefined
    this.#freeCount -= 1
    const chunk = this.#free[this.#freeCount]
    this.#free[this.#freeCount] = undefined
    return chunk
  }
}
