import type { AudioPortMessage, AudioPortReply } from '../wire/audio-port.ts'

/**
 * Page side of an audio port: posts sound in slices and holds the caller back while the listener still has too many of them. Buffers are
 * used again as they come back.
 */
export class SampleFeeder {
  readonly #port: MessagePort
  readonly #free: Float32Array[] = []
  readonly #sliceFrames: number
  #position = 0
  #created = 0
  #wake: (() => void) | undefined
  #closed = false

  /** Slices on their way at once: enough to keep the listener busy, few enough to stop soon. */
  static readonly #SLICES = 8

  /**
   * @param sliceFrames size of a slice
   * @param onFlush called when the listener wants the end: the feeder has nothing left to send by then
   */
  constructor(port: MessagePort, sliceFrames: number, onFlush: () => void = () => {}) {
    this.#port = port
    this.#sliceFrames = sliceFrames
    port.onmessage = ({ data }: MessageEvent<AudioPortReply>) => {
      if (data.type === 'recycle') {
        this.#free.push(data.samples)
        this.#wake?.()
        return
      }
      onFlush()
      this.end()
    }
  }

  /**
   * Sends `length` frames that `fill` writes slice by slice; resolves when the last slice is on its way.
   *
   * @param fill writes frames `[from, from + target.length)` of the caller's sound into `target`
   */
  async send(length: number, fill: (target: Float32Array, from: number) => void): Promise<void> {
    for (let from = 0; from < length && !this.#closed; ) {
      const samples = await this.#takeBuffer()
      if (this.#closed) return
      const count = Math.min(this.#sliceFrames, length - from)
      fill(samples.subarray(0, count), from)
      this.#post({ type: 'audio', samples, length: count, startFrame: this.#position }, [samples.buffer])
      this.#position += count
      from += count
    }
  }

  /** Tells the listener that there is no more. */
  end(): void {
    if (this.#closed) return
    this.#post({ type: 'end' }, [])
    this.close()
  }

  /** Stops sending; a pending `send` returns. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#port.close()
    this.#wake?.()
  }

  async #takeBuffer(): Promise<Float32Array> {
    for (;;) {
      const free = this.#free.pop()
      if (free !== undefined) return free
      if (this.#created < SampleFeeder.#SLICES || this.#closed) {
        this.#created += 1
        return new Float32Array(this.#sliceFrames)
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
  }

  #post(message: AudioPortMessage, transfer: ArrayBufferLike[]): void {
    this.#port.postMessage(message, transfer as ArrayBuffer[])
  }
}
