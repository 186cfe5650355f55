import type { KeptFrames } from './kept-frames.ts'
import type { Link } from './link.ts'
import { clearTimeout, setTimeout, type Timer } from './timers.ts'

/** More than this in the socket's own buffer waits here instead, where it is bounded. */
const SOCKET_BYTES = 1 << 20
const DRAIN_MS = 50
/** A server may ask for more patience, but what is kept meanwhile has its bounds. */
const MOST_HELD_MS = 10_000

/** Hands kept frames to the present connection as fast as it takes them, and what is asked for at its place among them. */
export class SoundSender {
  readonly #frames: KeptFrames
  /** The present connection, if the server has answered over it. */
  readonly #link: () => Link | undefined
  #refill: Timer | undefined
  /** Frames before this one are of a segment that ends with them. */
  #segmentEnd: number | undefined
  #finishing = false
  /** Asked over the present connection. */
  #asked = { segmentEnd: false, finish: false }

  constructor(frames: KeptFrames, link: () => Link | undefined) {
    this.#frames = frames
    this.#link = link
  }

  /** A new connection was told nothing yet. */
  begin(): void {
    this.#asked = { segmentEnd: false, finish: false }
  }

  /** The segment ends with the sound so far. */
  endSegment(): void {
    this.#segmentEnd = this.#frames.nextSequence
    this.#asked.segmentEnd = false
    this.drain()
  }

  /** No sound comes any more. */
  finish(): void {
    this.#finishing = true
    this.drain()
  }

  /** Sends what can be sent now, and goes on by itself. */
  drain(): void {
    const link = this.#link()
    if (!link?.isOpen || this.#refill !== undefined) return
    while (link.waitingBytes < SOCKET_BYTES) {
      if (this.#segmentEnd === this.#frames.unsentSequence) this.#askOnce(link, 'segmentEnd', 'end-segment')
      const frame = this.#frames.next()
      if (frame === undefined) {
        if (this.#finishing) this.#askOnce(link, 'finish', 'finish')
        return
      }
      link.send(frame)
    }
    this.#drainIn(DRAIN_MS)
  }

  /** An overloaded server wants no sound for that long. */
  hold(forMs: number): void {
    if (this.#refill !== undefined) clearTimeout(this.#refill)
    this.#drainIn(Math.min(forMs, MOST_HELD_MS))
  }

  /** Nothing is sent any more. */
  stop(): void {
    if (this.#refill !== undefined) clearTimeout(this.#refill)
  }

  #drainIn(ms: number): void {
    this.#refill = setTimeout(() => {
      this.#refill = undefined
      this.drain()
    }, ms)
  }

  /** Once for every connection: what was asked may have been lost with the last one, and the server does it once. */
  #askOnce(link: Link, what: 'segmentEnd' | 'finish', type: 'end-segment' | 'finish'): void {
    if (this.#asked[what]) return
    this.#asked[what] = true
    link.say({ type })
  }
}
