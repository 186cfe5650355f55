import type { AudioMessage, AudioPortMessage, AudioPortReply } from './audio-port.ts'

/** What the stream does next, in the order of arrival. */
export type InboxItem =
  | { readonly type: 'audio'; readonly message: AudioMessage; readonly lostFrames: number }
  | { readonly type: 'command'; readonly run: () => Promise<void> }
  | { readonly type: 'end' }

/**
 * A sender that was asked to finish and says nothing for this many ticks in a row is gone: a closed audio context never answers. In ticks and
 * not in one wait, because the VAD may hold this thread up for long, and messages that came meanwhile must be read before one counts as quiet.
 */
const QUIET_TICKS = 4
const TICK_MS = 100

/** Listener side of an audio port: one queue of sound and of commands between it. Gaps in the sender's clock are told beside the sound. */
export class AudioInbox {
  readonly #port: MessagePort
  readonly #items: InboxItem[] = []
  #nextFrame: number | undefined
  #ended = false
  #wake: (() => void) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #quietTicks = 0

  constructor(port: MessagePort) {
    this.#port = port
    port.onmessage = ({ data }: MessageEvent<AudioPortMessage>) => {
      if (data.type === 'audio') this.#hear(data)
      else this.#end()
    }
  }

  async next(): Promise<InboxItem> {
    for (;;) {
      const item = this.#items.shift()
      if (item !== undefined) return item
      if (this.#ended) return { type: 'end' }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Gives the buffer of a message back; to be called when its sound was used. */
  recycle({ samples }: AudioMessage): void {
    const reply: AudioPortReply = { type: 'recycle', samples }
    this.#port.postMessage(reply, [samples.buffer as ArrayBuffer])
  }

  /** Runs after the sound that is here already. */
  command<Value>(run: () => Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#push({ type: 'command', run: () => run().then(resolve, reject) })
    })
  }

  /** Asks the sender for what it still holds and for its end. */
  flush(): void {
    if (this.#ended) return
    this.#port.postMessage({ type: 'flush' } satisfies AudioPortReply)
    this.#awaitEnd()
  }

  /** Nothing more is taken; what waits is dropped. */
  close(): void {
    this.#items.length = 0
    this.#end()
  }

  #awaitEnd(): void {
    this.#timer = setTimeout(() => {
      this.#quietTicks += 1
      if (this.#quietTicks >= QUIET_TICKS) this.#end()
      else this.#awaitEnd()
    }, TICK_MS)
  }

  #hear(message: AudioMessage): void {
    if (this.#ended) return
    this.#quietTicks = 0
    const lostFrames = this.#nextFrame === undefined ? 0 : Math.max(0, message.startFrame - this.#nextFrame)
    this.#nextFrame = message.startFrame + message.length
    this.#push({ type: 'audio', message, lostFrames })
  }

  #end(): void {
    clearTimeout(this.#timer)
    this.#ended = true
    this.#port.close()
    this.#wake?.()
  }

  #push(item: InboxItem): void {
    this.#items.push(item)
    this.#wake?.()
  }
}
