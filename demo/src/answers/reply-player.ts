import type { HeardReply } from 'sensevoice-web'

/** A little later than at once: the first pieces of sound do not come evenly. */
const LEAD_SECONDS = 0.1

/** Plays the sound of answers without gaps, and is silent at once when told. */
export class ReplyPlayer {
  #context: AudioContext | undefined
  readonly #nodes = new Set<AudioBufferSourceNode>()
  #turn = 0
  /** Of the turn's first sample, by the context's clock. */
  #beganSeconds = 0

  /** How far the turn has been heard. */
  get positionMs(): number {
    if (this.#context === undefined) return 0
    const latency = this.#context.outputLatency || 0
    return (this.#context.currentTime - this.#beganSeconds - latency) * 1000
  }

  get playing(): boolean {
    return this.#nodes.size > 0
  }

  play({ turn, pcm, sampleRate, startMs }: Extract<HeardReply, { type: 'audio' }>): void {
    this.#context ??= new AudioContext()
    const context = this.#context
    void context.resume()
    if (turn !== this.#turn) {
      this.#turn = turn
      this.#beganSeconds = context.currentTime + LEAD_SECONDS - startMs / 1000
    }
    // What comes late is heard late, and everything behind it too.
    const late = context.currentTime - (this.#beganSeconds + startMs / 1000)
    if (late > 0) this.#beganSeconds += late
    const buffer = context.createBuffer(1, pcm.length, sampleRate)
    buffer.copyToChannel(
      Float32Array.from(pcm, (value) => value / 32_768),
      0,
    )
    const node = context.createBufferSource()
    node.buffer = buffer
    node.connect(context.destination)
    node.onended = () => this.#nodes.delete(node)
    this.#nodes.add(node)
    node.start(this.#beganSeconds + startMs / 1000)
  }

  stop(): void {
    for (const node of this.#nodes) node.stop()
    this.#nodes.clear()
  }
}
