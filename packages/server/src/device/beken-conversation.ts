import { floatToPcm16 } from '@sensevoice-web/engine'
import { type BekenFormat, Fields, packBekenFrame } from '@sensevoice-web/protocol'
import { OPUS_FRAME_MS, OPUS_FRAME_SAMPLES, OpusEncoder } from '../audio/opus-encoder.ts'
import { ANSWERS_MS, type Conversation, GREETING_MS, type Speak } from './conversation.ts'
import type { DeviceLink } from './device-link.ts'

const RATE = 16_000

/** Dialect d: frames with a header, and a commit at the end. */
export class BekenConversation implements Conversation {
  readonly chunkSamples = OPUS_FRAME_SAMPLES
  readonly headers: Record<string, string>
  readonly #format: BekenFormat
  readonly #encoder = new OpusEncoder()
  #sequence = 0
  /** Types of the messages that came since it was last asked for something. */
  #heard: unknown[] = []

  /** @param url whose host the firmware sends as its origin */
  constructor(format: BekenFormat, url: string) {
    this.#format = format
    this.headers = { Origin: `http://${new URL(url).host}` }
  }

  async begin(link: DeviceLink): Promise<void> {
    const sound = { format: this.#format, sample_rate: RATE, channels: 1, frame_duration: OPUS_FRAME_MS }
    const config = { version: 2, audio: { to_server: sound, from_server: sound } }
    await this.#ask(link, { type: 'hello', config }, 'hello_response')
    const update = {
      type: 'session.update',
      input_audio_format: this.#format,
      input_audio_rate: RATE,
      input_audio_duration: OPUS_FRAME_MS,
    }
    await this.#ask(link, update, 'session.updated')
    this.#sequence = 0
  }

  speak(chunk: Float32Array, atMs: number, speak: Speak): void {
    const pcm = floatToPcm16(chunk)
    const payload =
      this.#format === 'opus'
        ? this.#encoder.encode(chunk)
        : new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)
    speak(packBekenFrame(payload, { sequence: this.#sequence, timestampMs: atMs }))
    // A frame that the network lost has its number too.
    this.#sequence += 1
  }

  async end(link: DeviceLink): Promise<void> {
    this.#heard = []
    link.send(JSON.stringify({ type: 'input_audio_buffer.commit' }))
    // What the VAD ended by itself has its own end, in front of `committed`.
    const over = () =>
      this.#heard.indexOf('input_audio_buffer.committed') >= 0 &&
      this.#heard.lastIndexOf('response.audio.done') > this.#heard.indexOf('input_audio_buffer.committed')
    await link.until(over, ANSWERS_MS)
  }

  hear(text: string): void {
    this.#heard.push(Fields.parse('the reply', text).raw('type'))
  }

  free(): void {
    this.#encoder.free()
  }

  async #ask(link: DeviceLink, message: object, answer: string): Promise<void> {
    this.#heard = []
    link.send(JSON.stringify(message))
    await link.until(() => this.#heard.includes(answer), GREETING_MS)
  }
}
