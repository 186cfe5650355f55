import type { Emotion } from '@sensevoice-web/engine'
import type { TurnEvent } from '@sensevoice-web/pipeline'
import { REPLY_SAMPLE_RATE } from '@sensevoice-web/protocol'
import { OPUS_FRAME_MS, OpusEncoder } from '../../audio/opus-encoder.ts'
import type { ReplySink } from './reply-sink.ts'
import { SoundFrames } from './sound-frames.ts'

const FRAME_SAMPLES = (REPLY_SAMPLE_RATE * OPUS_FRAME_MS) / 1000
/** Twice what devices send: more than speech needs, and 180 bytes a packet. */
const BITS_PER_SECOND = 24_000

/** How a device is told of an answer in its own protocol. */
export interface DeviceSpeech {
  /** How its loudspeaker takes sound. */
  format(): 'opus' | 'pcm'
  /** Sound follows. */
  begin(): void
  /** Sound of this sentence follows. */
  sentence(text: string, emotion: Emotion): void
  /** @param payload 60 ms at 24 kHz @param atMs of its first sample, since the first one of the turn */
  frame(payload: Uint8Array, atMs: number): void
  /** @param sounded whether there was a beginning */
  end(sounded: boolean): void
}

/** Answers for a loudspeaker: frames of 60 ms, each sentence told when its sound begins. */
export class DeviceReplies implements ReplySink {
  readonly #speech: DeviceSpeech
  readonly #frames = new SoundFrames(FRAME_SAMPLES)
  readonly #sentences = new Map<number, { readonly text: string; readonly emotion: Emotion }>()
  #encoder: OpusEncoder | undefined
  #begun = false
  #sentFrames = 0

  constructor(speech: DeviceSpeech) {
    this.#speech = speech
  }

  tell(event: TurnEvent): void {
    switch (event.type) {
      case 'sentence':
        this.#sentences.set(event.sentence, { text: event.text, emotion: event.expression.emotion })
        break
      case 'audio':
        this.#sound(event)
        break
      case 'turn-end':
        this.#end()
        break
      case 'cancelled':
        // The next answer goes on where this one was cut: the device hears one.
        if (event.reason === 'replaced') this.#clear()
        else this.#end()
        break
    }
  }

  soundEnd(): void {
    const last = this.#frames.flush()
    if (last !== undefined) this.#send(last)
  }

  free(): void {
    this.#encoder?.free()
    this.#encoder = undefined
  }

  #sound({ sentence, pcm }: Extract<TurnEvent, { type: 'audio' }>): void {
    if (!this.#begun) this.#speech.begin()
    this.#begun = true
    const told = this.#sentences.get(sentence)
    if (told !== undefined) this.#speech.sentence(told.text, told.emotion)
    this.#sentences.delete(sentence)
    for (const frame of this.#frames.push(pcm)) this.#send(frame)
  }

  #send(frame: Int16Array): void {
    this.#speech.frame(this.#payload(frame), this.#sentFrames * OPUS_FRAME_MS)
    this.#sentFrames += 1
  }

  #payload(frame: Int16Array): Uint8Array {
    if (this.#speech.format() === 'pcm') return new Uint8Array(frame.buffer)
    this.#encoder ??= new OpusEncoder(REPLY_SAMPLE_RATE, BITS_PER_SECOND)
    return this.#encoder.encodePcm(frame)
  }

  #end(): void {
    const sounded = this.#begun
    this.#begun = false
    this.#clear()
    this.#speech.end(sounded)
  }

  #clear(): void {
    this.#frames.clear()
    this.#sentences.clear()
    this.#sentFrames = 0
  }
}
